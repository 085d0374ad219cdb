import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import { DENY_CODES } from '@wcp/spec';
import { afterEach, describe, expect, it } from 'vitest';
import { folderOf, REQUEST, record, wcp } from '../../support/support.ts';

const EXAMPLE = join(import.meta.dirname, '../../../../hall/example/workers/hello');
const GREETING = { ...REQUEST, capability_id: 'cap.hello.greet', request: { name: 'Ada' } };
const RULES = [
  {
    rule_id: 'greet',
    match: { capability_id: 'cap.hello.greet' },
    decision: { candidate_workers_ranked: [{ worker_species_id: 'wrk.hello.greeter' }] },
  },
];

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A Hall that requires attestation, with a worker in its folder that has none, and `wcp` as its admin. */
async function openStrict() {
  const dir = folderOf({
    'rules.json': RULES,
    'hall.json': { require_worker_attestation: true },
    'server.json': { workers: [{ dir: 'hello', program: 'worker.mjs' }] },
  });
  cpSync(EXAMPLE, join(dir, 'hello'), { recursive: true });
  const { hall, url, made, close } = await openDeployment(dir, { port: 0 });
  closers.push(close);
  const key = made.keys.find(({ role }) => role === 'admin')?.key as string;
  const env = { WCP_HALL_URL: url as string, WCP_HALL_KEY: key };
  const run = (line: string) => wcp(line.split(' '), { cwd: dir, env });
  return { hall, dir, run };
}

describe('an attested worker', () => {
  it('is made with the three commands that the remedy of its denial names', async () => {
    const { hall, run } = await openStrict();
    const denied = await hall.dispatch(GREETING);
    expect(denied.decision.deny_code).toBe('DENY_WORKER_ATTESTATION_MISSING');
    const { remedy } = DENY_CODES.DENY_WORKER_ATTESTATION_MISSING;
    const commands = [...remedy.matchAll(/`wcp ([^`]+)`/g)].map(([, line]) =>
      String(line).replace('DIR', 'hello'),
    );
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(await run(command)).toMatchObject({ code: 0, err: '' });
    const { decision, result } = await hall.dispatch(GREETING);
    expect([decision.outcome, result?.result]).toEqual(['DISPATCH', { greeting: 'Hello, Ada!' }]);
    expect(hall.registry.get('org.example.hello')?.record.attestation).toMatchObject({
      hash_method: 'signed-manifest',
      attested_by: 'namespace-key@org.example',
    });
    expect(hall.health()).toMatchObject({ status: 'ok' });
  });

  it('is not enrolled with a package that changed since, nor with another key, and says why', async () => {
    const { dir, run } = await openStrict();
    await run('keygen --out keys2');
    await run('keygen --out other');
    await run('attest build hello --version 1.0.0 --key keys2/wcp-key.pem');
    const foreign = await run('workers enrol hello --key-file other/wcp-key.pem');
    expect(foreign).toMatchObject({ code: 2, err: expect.stringContaining('error ATTEST_SIG_INVALID') });
    cpSync(join(dir, 'rules.json'), join(dir, 'hello/more.json'));
    const changed = await run('workers enrol hello --key-file keys2/wcp-key.pem');
    expect(changed).toMatchObject({ code: 2, err: expect.stringContaining('error ATTEST_HASH_MISMATCH') });
  });

  it('A package with a manifest that cannot be read is not enrolled as if it had none.', async () => {
    const { dir, run } = await openStrict();
    await run('keygen --out keys2');
    await run('attest build hello --version 1.0.0 --key keys2/wcp-key.pem');
    const manifest = join(dir, 'hello/manifest.json');
    writeFileSync(manifest, `\ufeff${readFileSync(manifest, 'utf8')}`);
    const marked = await run('workers enrol hello --key-file keys2/wcp-key.pem');
    expect(marked).toMatchObject({ code: 2, err: expect.stringContaining('byte order mark') });
    expect(marked.err).toContain('error ATTEST_MANIFEST_MISSING');
  });

  it('An enrolment without an attestation names commands that make one as they stand.', async () => {
    const { hall, run } = await openStrict();
    const { out } = await run('workers enrol hello');
    expect(out).toContain('No code is attested');
    const commands = [...out.matchAll(/`wcp ([^`]+)`/g)].map(([, line]) =>
      String(line).replace('DIR', 'hello'),
    );
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(await run(command)).toMatchObject({ code: 0, err: '' });
    expect((await hall.dispatch(GREETING)).decision.outcome).toBe('DISPATCH');
  });

  it('A record that does not state its own hash is sealed.', async () => {
    const { hall, dir, run } = await openStrict();
    const { artifact_hash: _, ...bare } = record({ worker_id: 'org.acme.bare' }) as Record<string, unknown>;
    cpSync(folderOf({ 'registry_record.json': bare }), join(dir, 'bare'), { recursive: true });
    expect(await run('workers enrol bare')).toMatchObject({ code: 0, err: '' });
    expect(hall.registry.get('org.acme.bare')?.record.artifact_hash).toMatch(/^sha256:/);
  });
});
