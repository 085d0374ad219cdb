import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { probeSandbox } from '@wcp/sandbox';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
// @boundaries-ignore The rows are those of the sandbox, and its alone.
import type { EscapeRow } from '../../../sandbox/tests/escapes/rows/escape-row.ts';
// @boundaries-ignore The rows are those of the sandbox, and its alone.
import { visit } from '../../../sandbox/tests/escapes/support/services.ts';
import { HostileHall, ROWS } from './hostile-hall.ts';

const WCP = fileURLToPath(new URL('../../../cli/bin/wcp.mjs', import.meta.url));
/** What a process that has gone its own way takes to leave its proof. */
const PROOF_MS = 700;
/** A hundred workers and more are enrolled first. */
const OPEN_MS = 60_000;
const isHere = (await probeSandbox()).is_contained;

/** How the call of a row ends: the limit that its worker exceeded, null for an answer. */
function codeOf({ expect: wanted }: EscapeRow): string | null {
  if (!('ends' in wanted)) return null;
  return wanted.ends === 'memory_mb' ? 'DELIVERY_MEMORY' : 'DELIVERY_LIMIT';
}

describe.skipIf(!isHere)('a Hall whose workers are hostile', () => {
  let hostile: HostileHall;
  beforeAll(async () => {
    hostile = await HostileHall.open();
  }, OPEN_MS);
  afterAll(() => hostile.close());

  test.each(ROWS)('The Hall goes on, others work, and the receipt says it: $title', async (row) => {
    const stop = row.isVisited ? visit(Number(hostile.target.places['free_port'])) : () => {};
    const { outcome_receipt, result, delivery_code } = await hostile.attack(row);
    stop();
    expect(delivery_code, hostile.said).toBe(codeOf(row));
    expect(outcome_receipt).toMatchObject({
      outcome: { status: delivery_code === null ? 'ok' : 'error' },
      enforcement: { filesystem_writes: { level: 'enforced' }, code: { level: 'enforced' } },
    });
    const wanted = row.expect;
    if ('open' in wanted) expect(result?.result).toMatchObject({ escaped: true });
    else if ('how' in wanted) {
      expect(result?.result).toEqual({ escaped: false, how: expect.stringMatching(wanted.how) });
    }
    if (row.leavesProof === true) {
      await wait(PROOF_MS);
      expect(existsSync(hostile.proofOf(row))).toBe(false);
    }
    expect((await hostile.hall.app.inject('/wcp/health')).json()).toMatchObject({ status: 'ok' });
    expect((await hostile.work()).outcome_receipt).toMatchObject({ outcome: { status: 'ok' } });
  });

  test('After all of them the evidence verifies.', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wcp-hostile-evidence-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { key } = hostile;
    const lines = await hostile.receipts();
    writeFileSync(
      join(folder, 'receipts.jsonl'),
      lines
        .map(
          (line) => `${line}
`,
        )
        .join(''),
    );
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ [key.keyId]: key.publicKey }));
    const words = [
      'receipts',
      'verify',
      'receipts.jsonl',
      '--keys',
      'keys.json',
      '--no-checkpoint',
      '--json',
    ];
    const { stdout, stderr } = spawnSync(process.execPath, [WCP, ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const { ok, receipts, findings } = JSON.parse(stdout);
    expect({ ok, findings }).toEqual({ ok: true, findings: [] });
    // One outcome for each hostile call, and one for each good one.
    expect(lines.filter((line) => JSON.parse(line).kind === 'outcome')).toHaveLength(ROWS.length * 2);
    expect(receipts).toBe(lines.length);
  });
});

describe('a Hall without bubblewrap', () => {
  let hostile: HostileHall;
  const empty = mkdtempSync(join(tmpdir(), 'wcp-hostile-path-'));
  beforeAll(async () => {
    hostile = await HostileHall.open({ path: empty });
  }, OPEN_MS);
  afterAll(async () => {
    await hostile.close();
    vi.unstubAllEnvs();
    rmSync(empty, { recursive: true });
  });

  test.each(ROWS)('Stage, prod and edge refuse the worker: $title', async (row) => {
    for (const env of ['stage', 'prod', 'edge']) {
      const { outcome_receipt, result, delivery_code, decision } = await hostile.attack(row, env);
      expect({ env, deny: decision.deny_code, delivery_code }).toEqual({
        env,
        deny: null,
        delivery_code: 'DELIVERY_NOT_CONTAINED',
      });
      expect(outcome_receipt).toMatchObject({ outcome: { status: 'error' } });
      expect(outcome_receipt).not.toHaveProperty('enforcement');
      expect(result ?? null).toBeNull();
    }
  });
});
