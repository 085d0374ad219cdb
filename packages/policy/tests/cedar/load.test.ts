import { expect, test } from 'vitest';
import { cedarPolicies, cedarSchema } from '../../src/cedar/index.ts';
import type { PolicyFinding } from '../../src/index.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { gateRequest } from '../support/request.ts';

async function findingsOf(files: Record<string, string | Uint8Array>, capabilities?: string[]) {
  const known = capabilities === undefined ? {} : { capabilities: async () => capabilities };
  const loading = await cedarPolicies({ path: '.', dir: policyFolder(files), ...known }).load();
  if (loading.ok) return [];
  for (const { message, remedy } of loading.findings) expect(remedy, message).toMatch(/^[A-Z].*[.?]$/);
  return loading.findings;
}

const brief = ({ file, line, code }: PolicyFinding) => `${file}:${line} ${code}`;

const SOUND = 'permit(principal == Tenant::"a", action, resource);';

const BROKEN: readonly [string, string, string[]][] = [
  [
    'a syntax error',
    `${SOUND}\n// é\npermit(principal,\n action\n resource);`,
    ['main.cedar:5 POLICY_SYNTAX'],
  ],
  ['an unfinished policy', `${SOUND}\npermit(`, ['main.cedar:2 POLICY_SYNTAX']],
  [
    'a misspelt capability',
    `\npermit(principal, action == Action::"cap.doc.sumarize", resource);`,
    ['main.cedar:2 POLICY_INVALID'],
  ],
  [
    'a misspelt member',
    `// ${SOUND}\n${SOUND}\nforbid(principal, action, resource)\nwhen { context.blst == 1 };`,
    ['main.cedar:4 POLICY_INVALID'],
  ],
  [
    'a wrong type',
    'permit(principal, action, resource) when { context.blast_score == "1" };',
    ['main.cedar:1 POLICY_INVALID'],
  ],
  [
    'an optional member that is not tested',
    'permit(principal, action, resource) when { resource.privilege_envelope.tools.isEmpty() };',
    ['main.cedar:1 POLICY_INVALID'],
  ],
  [
    'a value that does not exist',
    `\n\nforbid(principal, action, resource) when { context.env == "production" };`,
    ['main.cedar:3 POLICY_VALUE'],
  ],
  [
    'a policy that can never apply',
    'forbid(principal, action == Action::"dispatch", resource);',
    ['main.cedar:1 POLICY_INVALID'],
  ],
  ['a template', 'permit(principal == ?principal, action, resource);', ['main.cedar:1 POLICY_TEMPLATE']],
  ['an id twice', `@id("a") ${SOUND}\n@id("a") ${SOUND}`, ['main.cedar:2 POLICY_ID']],
  [
    'an annotation of ours that does not exist',
    `@wcp_outcom("human") ${SOUND}`,
    ['main.cedar:1 POLICY_ANNOTATION'],
  ],
  ['an outcome that does not exist', `@wcp_outcome("ask") ${SOUND}`, ['main.cedar:1 POLICY_ANNOTATION']],
  ['a human without a level', `@wcp_outcome("human") ${SOUND}`, ['main.cedar:1 POLICY_ANNOTATION']],
  ['a level without a human', `@wcp_level("executor") ${SOUND}`, ['main.cedar:1 POLICY_ANNOTATION']],
  [
    'a level that does not exist',
    `@wcp_outcome("human") @wcp_level("boss") ${SOUND}`,
    ['main.cedar:1 POLICY_ANNOTATION'],
  ],
  [
    'a forbid that asks for a human',
    '@wcp_outcome("human") @wcp_level("executor") forbid(principal, action, resource);',
    ['main.cedar:1 POLICY_ANNOTATION'],
  ],
  ['a reason of two lines', `@reason("a\\nb") ${SOUND}`, ['main.cedar:1 POLICY_ANNOTATION']],
  ['comments alone', '// nothing yet', ['null:null POLICY_SET_EMPTY']],
  ['an empty file', '', ['null:null POLICY_SET_EMPTY']],
];

test.each(BROKEN)('Policies with %s are refused, with the place', async (_, text, expected) => {
  expect((await findingsOf({ 'main.cedar': text })).map(brief)).toEqual(expected);
});

test('Every finding of every file comes at once', async () => {
  const found = await findingsOf({
    'b/late.cedar': 'permit(',
    'a.cedar': `@wcp_level("x") ${SOUND}`,
    'README.md': 'no policy',
  });
  expect(found.map(brief)).toEqual(['a.cedar:1 POLICY_ANNOTATION', 'b/late.cedar:1 POLICY_SYNTAX']);
});

test('Each of many policies has its own line, also after a comment that looks like one', async () => {
  const lines = Array.from({ length: 13 }, (_, index) =>
    index === 2 || index === 10
      ? `// ${SOUND}`
      : `@id("p${index}") ${[1, 9, 11, 12].includes(index) ? '@wcp_level("executor") ' : ''}${SOUND}`,
  );
  const found = await findingsOf({ 'main.cedar': lines.join('\n') });
  expect(found.map(({ line }) => line)).toEqual([2, 10, 12, 13]);
});

test('Policies without ids on one line are each known by their place on it', async () => {
  const text = `${SOUND} ${SOUND} forbid(principal, action, resource) when { context.blast_score > 3 };`;
  const loading = await cedarPolicies({ path: policyFolder({ 'main.cedar': text }) }).load();
  if (!loading.ok) throw new Error('The policies were not loaded.');
  const reasonFor = (blast_score: number) =>
    loading.engine.decide(gateRequest({ tenant_id: 'a', blast_score }), AbortSignal.timeout(1_000));
  expect(reasonFor(0)).toMatchObject({ decision: 'ALLOW', reason: 'main.cedar:1; main.cedar:1#2' });
  expect(reasonFor(4)).toMatchObject({ decision: 'DENY', reason: 'main.cedar:1#3' });
});

test('A value in a set is looked at as well', async () => {
  const text =
    'forbid(principal, action, resource) when { ["prod", "live"].contains(context.env) || [resource.risk_tier].containsAny(["huge"]) };';
  const found = await findingsOf({ 'main.cedar': text });
  expect(found.map(({ message }) => message)).toEqual([
    'The member env is never "live".',
    'The member risk_tier is never "huge".',
  ]);
});

test('A capability of an organisation passes where nobody says which there are, and else only a known one', async () => {
  const text = 'permit(principal, action == Action::"org.example.cap.greet", resource);';
  expect(await findingsOf({ 'main.cedar': text })).toEqual([]);
  expect(await findingsOf({ 'main.cedar': text }, ['org.example.cap.greet'])).toEqual([]);
  expect(await findingsOf({ 'main.cedar': text }, ['org.example.cap.greets'])).not.toEqual([]);
});

test('Brackets that are nested beyond all reason are a finding with their line', async () => {
  const nested = `permit(principal, action, resource) when { ${'('.repeat(200_000)}true${')'.repeat(200_000)} };`;
  const found = await findingsOf({ 'main.cedar': `${SOUND}\n// ((((\n${nested}` });
  expect(found.map(brief)).toEqual(['main.cedar:3 POLICY_SYNTAX']);
});

test('Policies that bring the engine down are a finding, and take no other policies with them', async () => {
  const sound = await cedarPolicies({ path: policyFolder({ 'main.cedar': SOUND }) }).load();
  const chain = `permit(principal, action, resource) when { ${'context.blast_score == 1 || '.repeat(2_500)}false };`;
  expect((await findingsOf({ 'main.cedar': chain })).map(brief)).toEqual(['null:null POLICY_ENGINE_FAILED']);
  if (!sound.ok) throw new Error('The sound policies were not loaded.');
  const answer = sound.engine.decide(gateRequest({ tenant_id: 'a' }), AbortSignal.timeout(1_000));
  expect(answer).toMatchObject({ decision: 'ALLOW' });
});

test('The version is that of what decides: names, texts and nothing else', async () => {
  const versionOf = async (files: Record<string, string>) => {
    const loading = await cedarPolicies({ path: policyFolder(files) }).load();
    return loading.ok ? loading.engine.policy_version : null;
  };
  const version = await versionOf({ 'a.cedar': SOUND, 'b.cedar': SOUND });
  expect(version).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(
    await versionOf({ 'b.cedar': SOUND, 'a.cedar': SOUND, 'notes.txt': 'x', '.hidden.cedar': 'x' }),
  ).toBe(version);
  expect(await versionOf({ 'a.cedar': SOUND, 'c.cedar': SOUND })).not.toBe(version);
  expect(await versionOf({ 'a.cedar': `${SOUND} `, 'b.cedar': SOUND })).not.toBe(version);
});

test('The schema holds every capability of the catalog and those that are added, once each', () => {
  const schema = cedarSchema(['org.example.cap.greet', 'cap.doc.summarize']);
  expect(schema.match(/"cap\.doc\.summarize"/g)).toHaveLength(1);
  expect(schema).toContain('"org.example.cap.greet"');
  expect(schema).toContain('env: String, // "dev", "stage", "prod", "edge"');
});
