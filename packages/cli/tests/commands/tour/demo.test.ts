import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, type Receipt } from '@wcp/spec';
import { beforeAll, describe, expect, it, vi } from 'vitest';
// @boundaries-ignore whether this machine can contain a program decides what the demo has to say
import { probeSandbox } from '../../../../sandbox/src/index.ts';
import {
  folderOf,
  type Ran,
  REAL_CLOCK,
  record,
  scratch,
  wcp,
  wcpJson,
  wcpProcess,
} from '../../support/support.ts';

const PACKAGE = join(import.meta.dirname, '../../..');
const TEXT =
  'The sea is deep and cold. Ships cross it every day. Sailors fear storms more than anything else.';

/** A worker that says what it is told to say, in the place of the real one. */
function workerThat(answers: string, envelope: object = {}): string {
  const currently_implements = ['ctrl.obs.audit-log-append-only'];
  const privilege_envelope = { network_egress: 'none', ...envelope };
  const dir = folderOf({
    'package.json': { name: 'worker', type: 'module' },
    'registry_record.json': record({ currently_implements, privilege_envelope }),
  });
  mkdirSync(join(dir, 'dist'));
  const code = `for await (const line of process.stdin) { const call = JSON.parse(line); ${answers} }`;
  writeFileSync(join(dir, 'dist/bundle.js'), code);
  return dir;
}

const result = (summary: string) =>
  `process.stdout.write(JSON.stringify({ id: call.id, status: 'ok', result: { summary: ${summary} }, telemetry: [], evidence: [], deny_reason: null }) + '\\n');`;
const GOOD = result("call.request.text.split('. ')[0] + '.'");
const run = (worker: string, cwd = folderOf({ 'own.txt': TEXT })) =>
  wcpJson(['demo', 'own.txt', '--worker', worker, '--out', 'evidence'], { cwd, ...REAL_CLOCK });
const codes = (err: string) => [...err.matchAll(/error ([A-Z_]+)/g)].map(([, code]) => code);

describe('the documents of the demo', () => {
  it('The documents of the demo are valid, and every rule can match.', async () => {
    const files = ['rules.json', 'hall.json', 'dev-only-worker.json'].map((name) =>
      join(PACKAGE, 'demo', name),
    );
    expect((await wcp(['validate', ...files])).code).toBe(0);
    expect((await wcp(['rules', 'check', files[0] ?? ''])).code).toBe(0);
  });
});

describe('the demo with the real worker', () => {
  let ran: Ran;
  beforeAll(async () => {
    ran = await wcpProcess(['demo'], { cwd: scratch() });
  });

  it('The demo exits 0 and fits on one screen.', () => {
    expect(ran).toMatchObject({ code: 0, err: '' });
    const lines = ran.out.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(75);
  });

  it('The demo shows the decision, the events, the summary, five denials and the findings.', () => {
    for (const text of [
      '05-decision.md',
      'DISPATCH',
      '"summarize-documents"',
      'evt.os.task.routed',
      'evt.os.worker.selected',
      'evt.os.policy.gated',
      '\n  | ',
      'DENY_NO_MATCHING_RULE',
      'DENY_NO_AVAILABLE_WORKER',
      'STEWARD_HOLD',
      'DENY_WORKER_TAMPERED',
      'DENY_UNKNOWN_TENANT',
      'RECEIPT_HASH_MISMATCH',
      'RECEIPT_SEQ_GAP',
    ]) {
      expect(ran.out).toContain(text);
    }
  });
});

describe('the demo', () => {
  it('The demo summarises a text of the user, and leaves evidence that can be verified.', async () => {
    const cwd = folderOf({ 'own.txt': TEXT });
    const args = ['demo', 'own.txt', '--worker', workerThat(GOOD), '--out', 'evidence'];
    const { code, out } = await wcp(args, { cwd, ...REAL_CLOCK });
    expect(out).toContain('  | The sea is deep and cold.');
    expect(code).toBe(0);
    expect((await wcp(['receipts', 'verify', 'evidence'], { cwd })).code).toBe(0);
    const damaged = await wcp(['receipts', 'verify', 'evidence/damaged'], { cwd });
    expect(damaged.out).toMatch(/:3:1: RECEIPT_HASH_MISMATCH/);
    expect(damaged.out).toMatch(/:5:1: RECEIPT_SEQ_GAP/);
    expect(damaged.code).toBe(1);
  });

  it('The demo saves what the decision was made from, so that it can be explained again.', async () => {
    const cwd = folderOf({ 'own.txt': TEXT });
    await run(workerThat(GOOD), cwd);
    const world = join(cwd, 'evidence/world');
    const args = ['explain', 'request.json', '--rules', 'rules.json', '--workers', 'workers.json'];
    const more = ['--config', 'hall.json', '--facts', 'facts.json'];
    const { code, json } = await wcpJson([...args, ...more], { cwd: world });
    const lines = readFileSync(join(cwd, 'evidence/receipts.jsonl'), 'utf8').trimEnd().split('\n');
    const receipts = lines.map((line) => JSON.parse(line) as Receipt);
    const { decision } = json as { decision: { decision_id: string; world_digest: string } };
    expect(receipts[0]).toMatchObject({
      decision_id: decision.decision_id,
      world_digest: decision.world_digest,
    });
    expect(receipts.map(({ kind, deny_code }) => deny_code ?? kind)).toEqual([
      'decision',
      'outcome',
      'DENY_NO_MATCHING_RULE',
      'DENY_NO_AVAILABLE_WORKER',
      'decision',
      'DENY_WORKER_TAMPERED',
      'DENY_UNKNOWN_TENANT',
    ]);
    expect(lines).toEqual(receipts.map((receipt) => canonicalJson(receipt)));
    expect(code).toBe(0);
  });

  it('The demo writes the receipt to disk before the worker starts.', async () => {
    const cwd = realpathSync(folderOf({ 'own.txt': TEXT }));
    const file = JSON.stringify(join(cwd, 'evidence/receipts.jsonl'));
    const answers = `const { readFileSync } = await import('node:fs'); ${result(`String(readFileSync(${file}, 'utf8').split('\\n').length - 1)`)}`;
    // What a worker sees of the machine is what its envelope names.
    const worker = workerThat(answers, { filesystem_writes: [join(cwd, 'evidence')] });
    const args = ['demo', 'own.txt', '--worker', worker, '--out', 'evidence'];
    const { out } = await wcp(args, { cwd, ...REAL_CLOCK });
    expect(out).toContain('  | 1\n');
  });

  it('The demo contains its worker where the machine can, and its receipt says which of the two it was.', async () => {
    const cwd = folderOf({ 'own.txt': TEXT });
    const args = ['demo', 'own.txt', '--worker', workerThat(GOOD), '--out', 'evidence'];
    const { out } = await wcp(args, { cwd, ...REAL_CLOCK });
    const lines = readFileSync(join(cwd, 'evidence/receipts.jsonl'), 'utf8').trimEnd().split('\n');
    const receipts = lines.map((line) => JSON.parse(line) as Receipt);
    const { is_contained } = await probeSandbox();
    const level = is_contained ? 'enforced' : 'declared';
    expect(receipts[1]?.enforcement).toMatchObject({
      filesystem_writes: { level },
      network_egress: { level },
      secrets_access: { level },
      tools: { level },
      code: { level },
    });
    expect(out).toContain(is_contained ? 'was held to its envelope' : 'Nothing held the process');
  });

  it('The demo runs where nothing can be contained, and says so.', async () => {
    const cwd = folderOf({ 'own.txt': TEXT });
    const args = ['demo', 'own.txt', '--worker', workerThat(GOOD), '--out', 'evidence'];
    vi.stubEnv('PATH', scratch());
    const { code, out } = await wcp(args, { cwd, ...REAL_CLOCK });
    vi.unstubAllEnvs();
    expect(code).toBe(0);
    expect(out).toContain('Nothing held the process to its envelope here (apt-get install bubblewrap)');
  });

  it.each([
    ['answers with junk', "process.stdout.write('junk\\n');"],
    ['ends without an answer', 'process.exit(0);'],
    ['ends with an error', 'process.exit(3);'],
    ['has no summary', result('7')],
  ])(
    'The demo exits 1 and says so if the worker %s, and the evidence is complete all the same.',
    async (_, answers) => {
      const cwd = folderOf({ 'own.txt': TEXT });
      const { code, json } = await run(workerThat(answers), cwd);
      expect(json).toMatchObject({ ok: false });
      expect((json as { failed: string[] }).failed[0]).toContain('The worker answers with a summary');
      expect(code).toBe(1);
      expect((await wcp(['receipts', 'verify', 'evidence'], { cwd })).code).toBe(0);
    },
  );

  it('The demo passes none of its own environment to the worker.', async () => {
    const cwd = folderOf({ 'own.txt': TEXT });
    const args = ['demo', 'own.txt', '--worker', workerThat(result('Object.keys(process.env).join() + "."'))];
    vi.stubEnv('SECRET_OF_THE_TEST', 'x');
    const { out } = await wcp([...args, '--out', 'evidence'], { cwd, ...REAL_CLOCK });
    vi.unstubAllEnvs();
    expect(out).toContain('\n  | ');
    expect(out).not.toContain('SECRET_OF_THE_TEST');
  });

  it('The demo escapes characters of a document or summary that could control a terminal.', async () => {
    const cwd = folderOf({ 'own.txt': `\u001b[31m${TEXT}` });
    const { out } = await wcp(['demo', 'own.txt', '--worker', workerThat(GOOD), '--out', 'evidence'], {
      cwd,
      ...REAL_CLOCK,
    });
    expect(out).toContain('\\u001b[31mThe sea');
    expect(out).not.toContain('\u001b');
  });

  it('The demo exits 2 and writes nothing if the document is missing, empty, too long or not a text.', async () => {
    const cwd = folderOf({ 'empty.txt': ' \n', 'long.txt': 'a '.repeat(500_000) });
    writeFileSync(join(cwd, 'binary'), Buffer.from([0xff, 0xfe, 0x00]));
    const before = readdirSync(cwd);
    const found: unknown[] = [];
    for (const name of ['none.txt', 'empty.txt', 'long.txt', 'binary', '.']) {
      const { code, err } = await wcp(['demo', name, '--worker', workerThat(GOOD)], { cwd });
      found.push([name, code, ...codes(err)]);
    }
    expect(found).toEqual([
      ['none.txt', 2, 'UNREADABLE'],
      ['empty.txt', 2, 'DOCUMENT_UNFIT'],
      ['long.txt', 2, 'DOCUMENT_UNFIT'],
      ['binary', 2, 'UNREADABLE'],
      ['.', 2, 'UNREADABLE'],
    ]);
    expect(readdirSync(cwd)).toEqual(before);
  });

  it('The demo exits 2 if the worker is missing, and if the folder for the evidence exists.', async () => {
    const cwd = folderOf({ 'own.txt': TEXT });
    const missing = await wcp(['demo', 'own.txt', '--worker', 'nowhere'], { cwd });
    expect(codes(missing.err)).toEqual(['WORKER_MISSING', 'WORKER_MISSING', 'WORKER_MISSING']);
    const taken = await wcp(['demo', 'own.txt', '--worker', workerThat(GOOD), '--out', '.'], { cwd });
    expect(codes(taken.err)).toEqual(['EXISTS']);
    expect([missing.code, taken.code]).toEqual([2, 2]);
    expect(existsSync(join(cwd, 'receipts.jsonl'))).toBe(false);
  });
});
