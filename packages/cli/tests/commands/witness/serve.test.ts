/** A Hall with two witnesses, each a process of its own, and an authority of timestamps. */
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { writeVerifierKey } from '@wcp/evidence/log';
import { readWitnessKey } from '@wcp/evidence/witness';
import { afterEach, describe, expect, test } from 'vitest';
import { REQUEST, scratch, start, wcp } from '../../support/support.ts';
import { openTestHall } from '../../support/test-hall.ts';
import { hasOpenssl, TimestampAuthority } from '../../support/timestamp-authority.ts';

const running: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((child) => ended(child)));
});

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
}

interface Served {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Starts `wcp witness serve` as a process and waits until it listens. */
function serve(dir: string): Promise<Served> {
  const child = start(['witness', 'serve', dir, '--port', '0', '--json']);
  running.push(child);
  let out = '';
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      const [, url] = /"listening": ?"([^"]+)"/.exec(out) ?? [];
      if (url !== undefined) resolve({ child, url });
    });
    child.once('close', () => reject(new Error(`It ended: ${out}`)));
  });
}

async function init(name: string): Promise<{ readonly dir: string; readonly key: string }> {
  const dir = join(scratch(), 'witness');
  const { out } = await wcp(['witness', 'init', dir, '--name', name, '--json']);
  return { dir, key: JSON.parse(out).key };
}

describe('a Hall and its witnesses', () => {
  test.skipIf(!hasOpenssl)(
    'What was exported verifies elsewhere by two witnesses and a timestamp.',
    async () => {
      const [origin, key] = ['hall.example/wcp', generateSigningKey()];
      const names = ['witness.example/w1', 'witness.example/w2'];
      const made = await Promise.all(names.map(init));
      for (const { dir } of made)
        await wcp(['witness', 'watch', dir, writeVerifierKey(origin, key.publicKey)]);
      const served = await Promise.all(made.map(({ dir }) => serve(dir)));
      const authority = await TimestampAuthority.open();
      const witnesses = made.map((each, index) => ({
        key: readWitnessKey(each.key),
        url: (served[index] as Served).url,
      }));
      const timestamps = [{ url: authority.url, certificates: authority.certificates }];
      const hall = await openTestHall({ key, origin, checkpoints: { witnesses, timestamps } });
      await hall.hall.route(REQUEST);
      await hall.hall.log.checkpoint();
      await hall.hall.route(REQUEST);
      const dir = join(scratch(), 'evidence');
      expect(await hall.as('auditor', ['receipts', 'export', dir])).toMatchObject({ code: 0 });
      await hall.hall.close();
      authority.close();
      const policy = join(dir, 'policy.json');
      writeFileSync(policy, JSON.stringify({ witnesses: made.map((each) => each.key), quorum: 2 }));
      const args = ['--witness-policy', policy, '--timestamp-certificates', authority.certificateFile];
      const { code, out } = await wcp(['receipts', 'verify', dir, ...args, '--json']);
      expect({ code, ...JSON.parse(out) }).toMatchObject({
        code: 0,
        ok: true,
        is_whole: true,
        timestamps: 1,
        not_checked: [expect.objectContaining({ code: 'FIRST_KEY_NOT_GIVEN' })],
      });
    },
  );
});
