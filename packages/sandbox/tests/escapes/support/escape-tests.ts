import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeSandbox } from '../../../src/index.ts';
import { Host } from '../../support/host.ts';
import type { TestUser } from '../../support/users.ts';
import type { EscapeRow, Expectation } from '../rows/escape-row.ts';
import { rowsOfPass } from '../rows/escapes.ts';
import { type RowOutcome, runRow } from './run-row.ts';
import { Target } from './target.ts';

/** Milliseconds that a busy machine may take to open what the programs are after. */
const OPEN_MS = 60_000;
const { is_contained } = await probeSandbox();

/**
 * Runs every row as a user: first where nothing contains its program, which must then get out, so that no row passes
 * because its program is broken; and then contained.
 */
export function escapeTests({ title, user }: TestUser, pass: 0 | 1): void {
  describe.skipIf(!is_contained)(title, () => {
    const isRoot = user === undefined && process.getuid?.() === 0;
    // A folder with Node and without bubblewrap.
    const bare = mkdtempSync(join(tmpdir(), 'wcp-escape-path-'));
    let [target, within, without]: [Target?, Host?, Host?] = [];
    beforeAll(async () => {
      chmodSync(bare, 0o755);
      symlinkSync(process.execPath, join(bare, 'node'));
      target = await Target.open(user);
      const inherits = target.places['signing_key'] ?? '';
      const options = { inherits, ...(user === undefined ? {} : { user }) };
      within = new Host(options);
      without = new Host({ ...options, env: { PATH: bare } });
    }, OPEN_MS);
    afterAll(async () => {
      await Promise.all([within?.close(), without?.close()]);
      await target?.close();
      rmSync(bare, { recursive: true });
    });

    // What is sampled from time to time may be late on a busy machine.
    test.each(rowsOfPass(pass))('$title', { retry: 2 }, async (row) => {
      if (target === undefined || within === undefined || without === undefined) throw new Error('not open');
      const isShown = row.unshown === undefined || (row.unshown.to === 'unprivileged' && isRoot);
      const uncontained = await runRow(row, { host: without, target, isContained: false });
      expectDeclared(uncontained);
      if (isShown) expect(uncontained.told, uncontained.stderr).toMatchObject({ escaped: true });
      expectContained(row, await runRow(row, { host: within, target, isContained: true }));
    });
  });
}

function expectDeclared({ enforcement }: RowOutcome): void {
  const { filesystem_writes, network_egress, secrets_access, tools, code } = enforcement;
  for (const { level } of [filesystem_writes, network_egress, secrets_access, tools, code]) {
    expect(level).toBe('declared');
  }
}

function expectContained(row: EscapeRow, { told, end, enforcement, stderr }: RowOutcome): void {
  expect(enforcement.filesystem_writes.level).toBe('enforced');
  expect(enforcement.code.level).toBe('enforced');
  const wanted: Expectation = row.expect;
  if ('open' in wanted) expect(told, stderr).toMatchObject({ escaped: true });
  else if ('ends' in wanted) {
    expect(end.exceeded, stderr).toBe(wanted.ends);
    // What is only sampled is ended all the same, but the program may have had its say before.
    if (enforcement.memory.level !== 'sampled') expect(told).toBeNull();
  } else expect(told, stderr).toEqual({ escaped: false, how: expect.stringMatching(wanted.how) });
}
