import { mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import type { Receipt } from '@wcp/spec';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
// @boundaries-ignore whether this machine can contain a program decides what the receipts have to say
import { probeSandbox } from '../../../../sandbox/src/index.ts';
import { batchesOf } from '../../../src/pipeline/document/batches.ts';
import { correlationsIn, hallFolder, PAGE, reportIn, servePage } from '../../support/pipeline-support.ts';
import { folderOf, scratch, start, wcp } from '../../support/support.ts';

const DOCUMENT = join(import.meta.dirname, '../../../../../docs/spec/05-decision.md');
const FIVE = ['cap.web.fetch', 'cap.doc.chunk', 'cap.ml.embed', 'cap.doc.hash', 'cap.research.register'];

const NOTHING = {
  network_egress: 'none',
  egress_allowlist: [],
  filesystem_writes: [],
  secrets_access: [],
  tools: [],
};

/** The envelopes that the pipeline states, by worker. */
function envelopesIn(dir: string): Record<string, unknown> {
  const records = join(dir, 'pipeline/records');
  return Object.fromEntries(
    readdirSync(records).map((name) => {
      const { privilege_envelope } = JSON.parse(readFileSync(join(records, name), 'utf8'));
      return [name.replace('.json', ''), privilege_envelope];
    }),
  );
}

/** Temporary folders of a run in this process go into one that is gone after the test. */
function temporaryHere(): string {
  const tmp = scratch();
  vi.stubEnv('TMPDIR', tmp);
  return tmp;
}
afterEach(() => void vi.unstubAllEnvs());

describe('the pipeline on a page served on loopback', () => {
  it('The pipeline makes five dispatches of blast 4 under one correlation id, and finds the passage.', async () => {
    const { url, host } = await servePage(PAGE);
    const dir = hallFolder();
    const question = ['--question', 'who mends a broken lamp?'];
    const ran = await wcp(['pipeline', 'run', url, '--allow', host, ...question, '--hall', dir, '--json']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const { steps, blast_score, correlation_id, evidence, question: received, keys } = reportIn(ran.out);
    expect(steps.map((step) => step.capability_id)).toEqual(FIVE);
    expect(steps.map((step) => step.blast_score)).toEqual([1, 1, 2, 2, 4]);
    expect(blast_score).toBe(4);
    expect(received?.passages[0]?.text).toContain('the clockmaker Ingrid Halvorsen');
    expect(received?.passages[0]?.source).toBe(url);
    expect(received?.correlation_id).not.toBe(correlation_id);

    expect(await wcp(['receipts', 'verify', evidence.dir])).toMatchObject({ code: 0 });
    const tree = await wcp(['receipts', 'tree', correlation_id, '--bundle', evidence.dir]);
    expect(tree.code).toBe(0);
    expect(tree.out).toContain('5 decisions, blast 4');

    const { hall, url: running, close } = await openDeployment(dir, { port: 0 });
    try {
      const kept = await correlationsIn(
        hall,
        steps.map((step) => step.decision_id),
      );
      expect(new Set([...kept.events, ...kept.receipts])).toEqual(new Set([correlation_id]));
      expect(kept.receipts).toHaveLength(10);
      expect(kept.events.length).toBeGreaterThanOrEqual(5 * 4);
      await expectSecond(running as string, keys.find(({ role }) => role === 'tenant')?.key as string);
    } finally {
      await close();
    }
  });

  /** The same Hall, running: a second document goes through it as the tenant of its first keys. */
  async function expectSecond(running: string, key: string): Promise<void> {
    const dir = folderOf({ 'oil.md': '# Oil\n\nThe oil of the lamp is pressed from rapeseed.\n' });
    const out = join(scratch(), 'evidence');
    const args = ['pipeline', 'run', join(dir, 'oil.md'), '--url', running, '--out', out, '--json'];
    const second = await wcp(args, { env: { WCP_HALL_KEY: key } });
    expect(second).toMatchObject({ code: 0, err: '' });
    const report = reportIn(second.out);
    expect(report).toMatchObject({ blast_score: 4, hall: null, evidence: { is_whole: false, findings: [] } });
    expect(report.question?.passages[0]?.text).toContain('rapeseed');
  }

  it('The pipeline contains each worker with the least that it needs, and every receipt says so.', async () => {
    const { url, host } = await servePage(PAGE);
    const dir = hallFolder();
    const ran = await wcp(['pipeline', 'run', url, '--allow', host, '--hall', dir, '--json']);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const { dir: evidence } = reportIn(ran.out).evidence;
    const lines = readFileSync(join(evidence, 'receipts.jsonl'), 'utf8').trimEnd().split('\n');
    const outcomes = lines
      .map((line) => JSON.parse(line) as Receipt)
      .filter(({ kind }) => kind === 'outcome');
    expect(outcomes).toHaveLength(7);
    const { is_contained } = await probeSandbox();
    const level = is_contained ? 'enforced' : 'declared';
    for (const { enforcement } of outcomes) {
      expect(enforcement).toMatchObject({
        filesystem_writes: { level },
        network_egress: { level },
        secrets_access: { level },
        tools: { level },
        code: { level },
      });
    }

    const { workers, secrets } = JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8'));
    const settings = (workers as Record<string, unknown>[]).map(
      ({ dir: _, record: __, program: ___, ...more }) => more,
    );
    const store = join(realpathSync(dir), 'pipeline/research');
    expect(settings).toEqual([
      { env: { WCP_WEB_FETCH_ALLOW: host }, private_hosts: [host] },
      {},
      {},
      {},
      { env: { WCP_RESEARCH_DB: join(store, 'research.db') }, node: ['sqlite'], file_mb: 4096 },
    ]);
    expect(secrets).toEqual({ WCP_HASHER_KEY: { file: 'pipeline/hasher-key.pem' } });
    expect(envelopesIn(dir)).toMatchObject({
      'web-fetcher': { network_egress: 'allowlisted', egress_allowlist: ['example.com', host] },
      'doc-chunker': NOTHING,
      embedder: NOTHING,
      'doc-hasher': { ...NOTHING, secrets_access: ['WCP_HASHER_KEY'] },
      'research-registrar': { ...NOTHING, filesystem_writes: [store] },
    });
  });

  it('The pipeline moves a store of an earlier version into the folder that its worker may write to.', async () => {
    const dir = hallFolder();
    const oil = folderOf({ 'oil.md': '# Oil\n\nThe oil of the lamp is pressed from rapeseed.\n' });
    const run = (document: string, ...more: string[]) =>
      wcp(['pipeline', 'run', document, '--hall', dir, '--json', ...more]);
    expect(await run(join(oil, 'oil.md'))).toMatchObject({ code: 0 });
    const place = join(dir, 'pipeline');
    for (const name of readdirSync(join(place, 'research')))
      renameSync(join(place, 'research', name), join(place, name));
    const again = await run(DOCUMENT, '--question', 'what is the oil pressed from?');
    expect(again.code).toBe(0);
    expect(reportIn(again.out).question?.passages[0]?.text).toContain('rapeseed');
    expect(readdirSync(place).filter((name) => name.startsWith('research.db'))).toEqual([]);
  });

  it('The pipeline sets its workers up again for another document in the same Hall.', async () => {
    const [first, second] = [await servePage(PAGE), await servePage(PAGE)];
    const dir = hallFolder();
    const run = ({ url, host }: typeof first) =>
      wcp(['pipeline', 'run', url, '--allow', host, '--hall', dir, '--json']);
    expect(await run(first)).toMatchObject({ code: 0, err: '' });
    // What has not changed is not enrolled again, so that nothing is said about it.
    expect(await run(first)).toMatchObject({ code: 0, err: '' });
    const third = await run(second);
    expect(third.code).toBe(0);
    expect(envelopesIn(dir)['web-fetcher']).toMatchObject({
      egress_allowlist: ['example.com', second.host],
    });
  });

  it('The pipeline says in plain words what a worker refuses.', async () => {
    temporaryHere();
    const { url } = await servePage(PAGE);
    const { code, out } = await wcp(['pipeline', 'run', url]);
    expect(code).toBe(1);
    expect(out).toContain('FAILED  cap.web.fetch  FETCH_ADDRESS_NOT_ALLOWED');
    expect(out).toContain('The host is not on the public internet');
    expect(out).toContain('--allow HOST[:PORT]');
  });

  it('The pipeline stops cleanly in the middle of a fetch.', async () => {
    const { url, host, requested } = await servePage(null);
    const tmp = scratch();
    const child = start(['pipeline', 'run', url, '--allow', host], { env: { TMPDIR: tmp } });
    let err = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await requested;
    child.kill('SIGINT');
    const code = await ended;
    expect(code).toBe(1);
    expect(err).toContain('The pipeline was stopped');
    expect(readdirSync(tmp)).toEqual([]);
  });
});

describe('the pipeline on a file of this repository', () => {
  it('The pipeline shows each dispatch, the answer and the evidence, and leaves only the evidence.', async () => {
    const tmp = temporaryHere();
    const question = ['--question', 'when is an approval stale?'];
    const { code, out, err } = await wcp(['pipeline', 'run', DOCUMENT, ...question]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const capability of FIVE) expect(out).toContain(capability);
    expect(out).toContain('5.15 Step 15: an approval');
    expect(out).toMatch(/chain +5 dispatches, blast 4\n/);
    expect(out).toMatch(/verified offline: nothing is changed or missing/);
    const [home = ''] = readdirSync(tmp);
    expect(readdirSync(join(tmp, home))).toEqual(['evidence']);
    const [, dir = ''] = /wcp receipts verify (\S+)/.exec(out) ?? [];
    expect(await wcp(['receipts', 'verify', dir])).toMatchObject({ code: 0 });
  });
});

describe('the pipeline under prof.prod.strict', () => {
  it('The pipeline is held before anything is registered, with the reason and the supervisor level.', async () => {
    temporaryHere();
    const { code, out } = await wcp(['pipeline', 'run', DOCUMENT, '--profile', 'prof.prod.strict']);
    expect(code).toBe(1);
    expect(out).toContain('in prod under prof.prod.strict');
    expect(out).toContain('HELD  cap.research.register  for a steward, supervisor level gatekeeper');
    expect(out).toContain('The rule asks for a human (gatekeeper)');
    expect(out).toMatch(/chain +4 dispatches, blast 2\n/);
    expect(out).toContain('nothing is changed or missing');
    expect(out).toContain('a steward can approve the request');
  });

  it('The pipeline is denied a worker with network access if the data is RESTRICTED.', async () => {
    temporaryHere();
    const { code, out } = await wcp([
      'pipeline',
      'run',
      DOCUMENT,
      '--profile',
      'prof.prod.strict',
      '--data-label',
      'RESTRICTED',
    ]);
    expect(code).toBe(1);
    expect(out).toContain('DENIED  cap.web.fetch  DENY_PRIVILEGE_ENVELOPE_VIOLATED');
    expect(out).toContain('egress_not_allowlisted');
    expect(out).toMatch(/remedy .*narrow the envelope/s);
  });
});

describe('a pipeline that is refused before anything runs', () => {
  it.each([
    ['the file is missing', ['nowhere.md'], /nowhere\.md: error UNREADABLE/],
    ['the profile is unknown', [DOCUMENT, '--profile', 'prof.no.such'], /The catalog has no such profile/],
    ['two Halls are named', [DOCUMENT, '--url', 'http://127.0.0.1:1', '--keep'], /--keep sets up a new Hall/],
  ])('The pipeline is refused if %s.', async (_, args, message) => {
    const { code, err } = await wcp(['pipeline', 'run', ...args]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('The pipeline is refused if the workers are not built.', async () => {
    const tmp = temporaryHere();
    const { code, err } = await wcp(['pipeline', 'run', DOCUMENT, '--workers', tmp]);
    expect(code).toBe(2);
    expect(err).toContain('npm run build');
    expect(readdirSync(tmp)).toEqual([]);
  });

  it('The pipeline is refused if the folder belongs to another Hall.', async () => {
    const dir = folderOf({ 'rules.json': [] });
    const { code, err } = await wcp(['pipeline', 'run', DOCUMENT, '--hall', dir]);
    expect(code).toBe(2);
    expect(err).toContain('belongs to a Hall that the pipeline did not create');
    expect(readdirSync(dir)).toEqual(['rules.json']);
  });

  it.each([
    ['a byte order mark', Buffer.from('\ufeff{"policy_version":"mine"}'), 'BYTE_ORDER_MARK'],
    ['bytes that are not UTF-8', Buffer.from('{"policy_version":"m\xeene"}', 'latin1'), 'UNREADABLE'],
  ])('Settings with %s are reported, and not written back without them.', async (_, bytes, said) => {
    const dir = hallFolder();
    mkdirSync(join(dir, 'pipeline'), { recursive: true });
    writeFileSync(join(dir, 'hall.json'), bytes);
    const { code, err } = await wcp(['pipeline', 'run', DOCUMENT, '--hall', dir]);
    expect([code, err]).toEqual([2, expect.stringContaining(`hall.json: error ${said}`)]);
    expect(readFileSync(join(dir, 'hall.json'))).toEqual(bytes);
  });

  it('A credential with a byte order mark is reported, not sent without it.', async () => {
    const file = join(
      folderOf({ 'credential.txt': '\ufeffeyJhbGciOiJFZERTQSJ9.e30.AAAA' }),
      'credential.txt',
    );
    const args = [DOCUMENT, '--url', 'http://127.0.0.1:1', '--credential', file];
    const { code, err } = await wcp(['pipeline', 'run', ...args], { env: { WCP_HALL_KEY: 'wcp_x' } });
    expect([code, err]).toEqual([2, expect.stringContaining('credential.txt: error BYTE_ORDER_MARK')]);
  });

  it('The pipeline is refused if the file is too long for a request.', async () => {
    const dir = folderOf({ 'long.txt': 'word '.repeat(200_000) });
    const { code, err } = await wcp(['pipeline', 'run', join(dir, 'long.txt')]);
    expect(code).toBe(2);
    expect(err).toContain('too long for one request');
  });
});

test('Texts are embedded in as few dispatches as the limits of worker and request allow.', () => {
  const lengths = (texts: readonly string[]) => batchesOf(texts, 512).map((batch) => batch.length);
  expect(lengths(['one'])).toEqual([1]);
  expect(lengths(Array.from({ length: 512 }, () => 'word'))).toEqual([512]);
  expect(lengths(Array.from({ length: 1025 }, () => 'word'))).toEqual([512, 512, 1]);
  expect(lengths(Array.from({ length: 100 }, () => 'é'.repeat(9_000)))).toEqual([55, 45]);
});
