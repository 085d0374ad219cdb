import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { probeSandbox } from '@wcp/sandbox';
import { describe, expect, test } from 'vitest';
import { packageFile } from '../../src/deployment/create/create-deployment.ts';
import { findingsOf, folderOf, write } from './support.ts';

const HOST = fileURLToPath(new URL('./inheriting-hall.ts', import.meta.url));
const RECORD = JSON.parse(readFileSync(packageFile('example/workers/hello/registry_record.json'), 'utf8'));
/** Node closes what it inherited itself up to here. */
const FD = 40;

/** Lists descriptors and variables, once the Hall asks. */
const LISTING = `
import { readdirSync, readlinkSync } from 'node:fs';
const links = readdirSync('/proc/self/fd').flatMap((fd) => {
  try { return [readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; }
});
const seen = { links: links.filter((link) => link.includes('lock-of-a-parent')), names: Object.keys(process.env).sort() };
`;
const WORKER = `${LISTING}
process.stdin.setEncoding('utf8');
let rest = '';
for await (const chunk of process.stdin) {
  rest += chunk;
  for (let end = rest.indexOf('\\n'); end >= 0; end = rest.indexOf('\\n')) {
    const { id, context } = JSON.parse(rest.slice(0, end));
    rest = rest.slice(end + 1);
    if (context === undefined) continue;
    const result = { ...seen, secret: JSON.parse(process.env.API_TOKEN) };
    console.log(JSON.stringify({ id, status: 'ok', result, telemetry: [], evidence: [], deny_reason: null }));
  }
}`;

interface Seen {
  readonly links: readonly string[];
  readonly names: readonly string[];
}

/** What a worker, and the command that yields its secret, see of a Hall whose parent left something open. */
async function seenBy(isolation: 'contained' | 'declared'): Promise<Seen & { readonly secret: Seen }> {
  const { artifact_hash: _, ...record } = RECORD;
  const rule = JSON.parse(readFileSync(packageFile('example/rules.json'), 'utf8')).rules[1];
  const dir = folderOf({
    'rules.json': { rules: [rule] },
    'hall.json': {},
    'lock-of-a-parent': '',
    'secret.mjs': `${LISTING} console.log(JSON.stringify(seen));`,
    'server.json': {
      workers: [{ dir: 'worker', program: 'worker.mjs', isolation }],
      secrets: {
        API_TOKEN: {
          command: [process.execPath, 'secret.mjs'],
          env: { GIVEN: 'a value', PASSED: { from: 'OF_THE_HALL' } },
        },
      },
    },
  });
  mkdirSync(join(dir, 'worker'));
  write(dir, 'worker/worker.mjs', WORKER);
  const privilege_envelope = { network_egress: 'none', secrets_access: ['API_TOKEN'] };
  write(dir, 'worker/registry_record.json', { ...record, privilege_envelope });
  const file = openSync(join(dir, 'lock-of-a-parent'), 'r');
  const gaps = Array.from({ length: FD - 3 }, () => 'ignore' as const);
  const child = spawn(process.execPath, ['--no-warnings', HOST, dir], {
    stdio: ['ignore', 'pipe', 'inherit', ...gaps, file],
    env: { PATH: process.env['PATH'], OF_THE_HALL: 'x', WCP_HALL_KEY: 'the key of an operator' },
  });
  closeSync(file);
  const [out] = await Promise.all([text(child.stdout as NodeJS.ReadableStream), once(child, 'close')]);
  return JSON.parse(out);
}

const WAYS: readonly ('contained' | 'declared')[] = (await probeSandbox()).is_contained
  ? ['declared', 'contained']
  : ['declared'];

describe.runIf(process.platform === 'linux')('what a Hall starts', () => {
  const OF_A_WORKER = ['API_TOKEN', 'WCP_HALL_PUBLIC_KEY', 'WCP_PERMIT_STORE'];

  test.each(WAYS)(
    'A %s worker, and the command of a secret, get no descriptor and no variable that was not meant for them.',
    async (isolation) => {
      const { links, names, secret } = await seenBy(isolation);
      expect({ links, of_secret: secret.links }).toEqual({ links: [], of_secret: [] });
      expect(names).toEqual(expect.arrayContaining(OF_A_WORKER));
      expect([...names, ...secret.names]).not.toContain('WCP_HALL_KEY');
      expect(names).not.toContain('OF_THE_HALL');
      expect(secret.names).toEqual(['GIVEN', 'PASSED', 'PATH']);
    },
  );

  test('A variable that the command of a secret needs and the Hall does not have stops the start.', async () => {
    const command = ['vault', 'read'];
    const secrets = { API_TOKEN: { command, env: { VAULT_TOKEN: { from: 'WCP_NO_SUCH_VARIABLE' } } } };
    expect(await findingsOf(folderOf({ 'server.json': { secrets } }))).toMatchObject([
      { file: 'server.json', path: '/secrets/API_TOKEN/env/VAULT_TOKEN/from', code: 'VARIABLE_MISSING' },
    ]);
  });
});
