/** A Hall with two witnesses, each a process of its own, and an authority of timestamps. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { writeVerifierKey } from '@wcp/evidence/log';
import { readWitnessKey } from '@wcp/evidence/witness';
import { openDeployment } from '@wcp/hall';
import { afterEach, describe, expect, test } from 'vitest';
import { REAL_CLOCK, REQUEST, scratch, start, wcp } from '../../support/support.ts';
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
function serve(dir: string, port = '0'): Promise<Served> {
  const child = start(['witness', 'serve', dir, '--port', port, '--json']);
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

  test('A witness that was not told of the key of the log after a rotation is, with the command that the doctor names.', async () => {
    const cwd = scratch();
    const witness = join(cwd, 'my-witness');
    const named = await wcp(['witness', 'init', witness, '--name', 'witness.example/w1', '--json']);
    const dir = join(cwd, 'my-hall');
    await (await openDeployment(dir, { listens: false, keys: 'none' })).close();
    const { hall: quiet, close } = await openDeployment(dir, { listens: false, log: () => {} });
    const { origin } = quiet.log;
    const [first] = quiet.log.keys();
    await close();
    await wcp(['witness', 'watch', witness, writeVerifierKey(origin, first?.public_key ?? '')]);
    const served = await serve(witness);
    const server = join(dir, 'server.json');
    const witnesses = [{ key: JSON.parse(named.out).key, url: served.url }];
    writeFileSync(server, JSON.stringify({ ...JSON.parse(readFileSync(server, 'utf8')), witnesses }));

    const opened = await openDeployment(dir, { listens: false, log: () => {} });
    await opened.hall.log.checkpoint();
    await opened.hall.log.rotateKey();
    await opened.close();
    const check = async () => {
      const { out } = await wcp(['doctor', dir, '--json'], { cwd, ...REAL_CLOCK });
      const { checks } = JSON.parse(out) as { checks: { name: string; status: string; remedy: string }[] };
      return checks.find(({ name }) => name === 'witness');
    };
    const found = await check();
    expect(found).toMatchObject({ status: 'warn', remedy: expect.stringMatching(/^wcp witness watch /) });

    const words = found?.remedy.split(' ').slice(1) ?? [];
    expect(await wcp(words, { cwd })).toMatchObject({ code: 0, err: '' });
    await ended(served.child);
    await serve(witness, new URL(served.url).port);
    const again = await openDeployment(dir, { listens: false, log: () => {} });
    await again.hall.log.checkpoint();
    await expect.poll(check, { timeout: 60_000, interval: 500 }).toMatchObject({ status: 'ok' });
    await again.close();
  });
});
