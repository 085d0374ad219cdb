import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compileWorld, decide } from '@wcp/router';
import { SCHEMAS } from '@wcp/spec/document';
import jsonc from 'jsonc-parser';
import { Compile } from 'typebox/compile';
import { describe, expect, it, vi } from 'vitest';
// @boundaries-ignore One sample of a receipt is enough.
import { RECEIPT } from '../../../../spec/tests/sample-receipt.ts';
import { guessKind } from '../../../src/input/document-kind.ts';
import { folderOf, REQUEST, RULES, record, THREE_MISTAKES, wcp, wcpJson } from '../../support/support.ts';

const FACTS = { now: '2026-01-01T00:00:00Z', decision_id: '00000000-0000-4000-8000-000000000000' };
const HASH = `sha256:${'0'.repeat(64)}`;
const DECISION = decide(compileWorld({ rules: RULES, workers: [record()] }), FACTS, REQUEST);

/** A valid document of every kind. */
const VALID: Readonly<Record<string, unknown>> = {
  'route-input': REQUEST,
  'route-decision': DECISION,
  rules: RULES,
  'registry-record': record(),
  'hall-config': { require_signatory: true },
  facts: FACTS,
  'telemetry-event': DECISION.telemetry_envelopes[0],
  receipt: RECEIPT,
  'receipt-statement': {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'receipt:one', digest: { sha256: '0'.repeat(64) } }],
    predicateType: 'urn:wcp:receipt:v1',
    predicate: { log: { origin: 'hall.example/wcp', position: 0 }, receipt: RECEIPT },
  },
  manifest: {
    schema_version: 'awp.v1',
    worker_id: 'org.acme.one',
    worker_species_id: 'wrk.doc.summarizer',
    worker_version: '1.0.0',
    package_hash: HASH,
    built_at_utc: '2026-01-01T00:00:00Z',
    build_source: 'local',
  },
  'ban-list': {
    schema_version: 'wcp-ban-list.v1',
    authority: 'org.acme',
    sequence: 1,
    issued_at: '2026-01-01T00:00:00Z',
    max_age_seconds: 60,
    entries: [],
    signing_key_id: 'ed25519:0123456789abcdef',
    signature: '',
  },
  'code-attestation-request': { nonce: 'kPGm4g0aRrdZ0pCeQmHn7w', audience: 'hall.example/wcp' },
  'code-attestation': {
    schema_version: 'wcp-code-attestation.v1',
    worker_id: 'org.acme.one',
    code_hash: HASH,
    nonce: 'kPGm4g0aRrdZ0pCeQmHn7w',
    audience: 'hall.example/wcp',
    containment: 'contained',
    enforcement: null,
    at: '2026-01-01T00:00:00Z',
    signing_key_id: 'ed25519:0123456789abcdef',
    signature: `${'A'.repeat(86)}==`,
  },
  'worker-context': {
    correlation_id: 'c',
    tenant_id: 't',
    env: 'dev',
    data_label: 'PUBLIC',
    qos_class: 'P3',
    capability_id: 'cap.doc.summarize',
    policy_version: 'p',
    decision_id: 'd',
    worker_id: 'org.acme.one',
    deadline: null,
  },
  'worker-result': { status: 'ok', result: 1, telemetry: [], evidence: [], deny_reason: null },
};

/** The codes of what `wcp validate` finds wrong with a document. */
async function codesOf(kind: string, document: unknown): Promise<string[]> {
  const file = join(folderOf({ 'd.json': document }), 'd.json');
  const { code, out } = await wcp(['validate', kind, file, '--json']);
  const { problems = [] } = JSON.parse(out) as { problems?: { code: string }[] };
  expect(code).toBe(problems.length === 0 ? 0 : 2);
  return problems.filter((each) => each.code !== 'UNKNOWN_MEMBER' || code === 2).map((each) => each.code);
}

/** Kinds with rules that a schema cannot express. */
const SEMANTIC = new Set(['registry-record', 'facts', 'ban-list', 'rules']);

/** A document with each of its members in turn replaced by something odd. */
function variantsOf(document: unknown): unknown[] {
  const odd = [null, 0, '', '😀'.repeat(100), [], ['a', 'a'], {}, true];
  return Object.keys(document as object).flatMap((name) =>
    odd.map((value) => ({ ...(document as object), [name]: value })),
  );
}

describe('validate', () => {
  it('Validation is tested with a document of every kind.', () => {
    expect(Object.keys(VALID).sort()).toEqual(Object.keys(SCHEMAS).sort());
  });

  it.each(Object.entries(VALID))('A document is recognised as a %s.', (kind, document) => {
    expect(guessKind(document)).toBe(kind);
  });

  it('Validation accepts a valid document of every kind, all in one command.', async () => {
    const names = Object.keys(VALID);
    const cwd = folderOf(Object.fromEntries(names.map((kind) => [`${kind}.json`, VALID[kind]])));
    const { code, json } = await wcpJson(['validate', ...names.map((kind) => `${kind}.json`)], { cwd });
    expect(json).toMatchObject({ ok: true, files: names.map((kind) => ({ file: `${kind}.json`, kind })) });
    expect(code).toBe(0);
  });

  it('Validation finds an unknown member in a document of every kind.', async () => {
    for (const [kind, document] of Object.entries(VALID)) {
      // A member that is not listed is kept in these two, and has no effect.
      const isOpen = kind === 'registry-record' || kind === 'manifest';
      expect([kind, await codesOf(kind, { ...(document as object), zzz: 1 })]).toEqual([
        kind,
        kind === 'registry-record' ? ['INVALID_VALUE'] : isOpen ? [] : ['UNKNOWN_MEMBER'],
      ]);
    }
  });

  it('Validation finds a missing member in a document of every kind that has a required one.', async () => {
    for (const [kind, document] of Object.entries(VALID)) {
      const [, ...rest] = Object.entries(document as object);
      const kept =
        kind === 'telemetry-event'
          ? { ...(document as object), timestamp: undefined }
          : Object.fromEntries(rest);
      const broken = kind === 'rules' ? [{ match: {}, decision: { candidate_workers_ranked: [] } }] : kept;
      if (kind === 'hall-config') expect(await codesOf(kind, broken)).toEqual([]);
      else
        expect([kind, await codesOf(kind, broken)]).toEqual([
          kind,
          expect.arrayContaining(['MISSING_MEMBER']),
        ]);
    }
  });

  it('Validation refuses a control that occurs twice in a decision, as the JSON Schema does.', async () => {
    const control = 'ctrl.obs.audit-log-append-only';
    const decision = { ...DECISION, controls_applied: [control, control] };
    expect(await codesOf('route-decision', decision)).toEqual(['INVALID_VALUE']);
  });

  it('Validation accepts a receipt whose stream is 100 astral characters: the JSON Schema counts code points.', async () => {
    const receipt = VALID['receipt'] as object;
    expect(await codesOf('receipt', { ...receipt, stream: '😀'.repeat(100) })).toEqual([]);
    expect(await codesOf('receipt', { ...receipt, stream: '😀'.repeat(129) })).toEqual(['INVALID_VALUE']);
  });

  it('Validation judges a telemetry event by its event_id.', async () => {
    const event = VALID['telemetry-event'] as object;
    expect(await codesOf('telemetry-event', { ...event, event_id: 'evt.no.such' })).toEqual([
      'INVALID_VALUE',
    ]);
    expect(await codesOf('telemetry-event', { ...event, event_id: undefined })).toEqual(['MISSING_MEMBER']);
  });

  it('Validation accepts and refuses the same documents as the published JSON Schema.', async () => {
    for (const [kind, document] of Object.entries(VALID)) {
      const schema = Compile(SCHEMAS[kind] as object);
      for (const changed of variantsOf(document)) {
        const findings = await codesOf(kind, changed);
        // A document may also break a rule that its schema cannot express.
        if (!schema.Check(changed)) expect([kind, changed, findings]).not.toEqual([kind, changed, []]);
        else if (!SEMANTIC.has(kind)) expect([kind, changed, findings]).toEqual([kind, changed, []]);
      }
    }
  });

  it('Validation checks each document of a list, with its place.', async () => {
    const list = [record(), { ...record({ worker_id: 'org.acme.other' }), risk_tier: 'none' }];
    const { code, err } = await wcp(['validate', 'l.json'], { cwd: folderOf({ 'l.json': list }) });
    expect(err).toMatch(/^l\.json:\d+:\d+: \/1\/risk_tier error INVALID_VALUE/m);
    expect(code).toBe(2);
  });

  it('Validation reports the mistakes of all files at once and exits 2.', async () => {
    const cwd = folderOf({ 'r.json': THREE_MISTAKES, 'i.json': { ...REQUEST, env: 1, qos_class: 2 } });
    const { code, err } = await wcp(['validate', 'r.json', 'i.json', 'none.json'], { cwd });
    expect(err.trimEnd().split('\n')).toHaveLength(7);
    expect(err).toContain('6 errors. Nothing was done.');
    expect(code).toBe(2);
  });

  it('Validation reads one document per line from *.jsonl, with its line number.', async () => {
    const receipt = VALID['receipt'];
    const lines = [receipt, { ...(receipt as object), seq: -1 }, receipt].map((each) => JSON.stringify(each));
    const cwd = folderOf({ 'receipts.jsonl': `${lines.join('\n')}\n{"a":\n` });
    const { code, err } = await wcp(['validate', 'receipts.jsonl'], { cwd });
    expect(err).toMatch(/^receipts\.jsonl:2:\d+: \/seq error INVALID_VALUE/m);
    expect(err).toMatch(/^receipts\.jsonl:4:\d+: error NOT_JSON/m);
    expect(code).toBe(2);
  });

  it('Validation asks for the kind if it cannot tell, and for a file if none is named.', async () => {
    const unknown = await wcp(['validate', 'd.json'], { cwd: folderOf({ 'd.json': { hello: 1 } }) });
    expect(unknown.err).toContain('error KIND_UNKNOWN');
    const nothing = await wcp(['validate']);
    expect(nothing.err).toContain('Name at least one file');
    expect([unknown.code, nothing.code]).toEqual([2, 2]);
  });
});

describe('a file that is no file', () => {
  it('A named pipe, from which nothing may ever come, is refused at once.', async () => {
    const dir = folderOf({});
    execFileSync('mkfifo', [join(dir, 'pipe.json'), join(dir, 'pipe.jsonl')]);
    for (const name of ['pipe.json', 'pipe.jsonl']) {
      const { code, err } = await wcp(['validate', 'rules', join(dir, name)]);
      expect([code, err]).toEqual([2, expect.stringContaining('This is a pipe, a device or a socket')]);
    }
    const evidence = await wcp(['replay', '--bundle', join(dir, 'pipe.jsonl')]);
    expect(evidence.code).toBe(2);
  });

  it('A device without an end is refused at once.', async () => {
    expect(await wcp(['validate', 'rules', '/dev/zero'])).toMatchObject({ code: 2 });
  });
});

describe('a large file', () => {
  it.each([
    ['of values', `[${'1,'.repeat(1_000_000)}1]`, 'It holds more than 1000000 values.'],
    ['of objects', `[${'{},'.repeat(200_000)}{}]`, 'It holds more than 200000 objects and lists.'],
    ['of levels', '['.repeat(4_000_000), 'Nested deeper than 1000 levels.'],
  ])('%s is refused before anything is built from it', async (_, text, sentence) => {
    const dir = folderOf({ 'large.json': text });
    const built = vi.spyOn(jsonc, 'parseTree');
    const { code, err } = await wcp(['validate', 'rules', join(dir, 'large.json')]);
    expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
    expect(built).not.toHaveBeenCalled();
    built.mockRestore();
  });

  it('of lines is refused before any is read', async () => {
    const dir = folderOf({ 'large.jsonl': '{}\n'.repeat(100_001) });
    const { code, err } = await wcp(['validate', 'rules', join(dir, 'large.jsonl')]);
    expect([code, err]).toEqual([2, expect.stringContaining('more than 100000 lines')]);
    expect(err.split('\n').length).toBeLessThan(5);
  });

  it('of long texts is read without a tree of its parts, as long as nothing in it is wrong', async () => {
    const dir = folderOf({
      'large.json': JSON.stringify({ ...REQUEST, request: { text: 'x'.repeat(900_000) } }),
    });
    const built = vi.spyOn(jsonc, 'parseTree');
    expect((await wcp(['validate', 'route-input', join(dir, 'large.json')])).code).toBe(0);
    expect(built).not.toHaveBeenCalled();
    built.mockRestore();
  });
});
