import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as hall from '@wcp/hall';
import { openToolCallAuthorizer } from '@wcp/policy/authzen';
import { expect, onTestFinished, test } from 'vitest';
// @boundaries-ignore The engines that answer are those of the policies' own tests.
import { type JsonServer, jsonServer, type Received } from '../../../policy/tests/support/json-server.ts';
// @boundaries-ignore The engines that answer are those of the policies' own tests.
import { opaBundleOf } from '../../../policy/tests/support/rego/opa-bundle.ts';
// @boundaries-ignore The engines that answer are those of the policies' own tests.
import { equals, rule } from '../../../policy/tests/support/rego/rules.ts';
// @boundaries-ignore The engines that answer are those of the policies' own tests.
import { selfSigned } from '../../../policy/tests/support/self-signed.ts';
import { scratch, wcp, wcpJson } from '../support/support.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const PAGE = readFileSync(join(ROOT, 'docs/policies.md'), 'utf8');

/** The snippets of a chapter that are written in a language. */
function snippets(chapter: string, language: string): string[] {
  const [, text = ''] = PAGE.split(`\n## ${chapter}\n`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/```(\w*)\n(.*?)```/gs)].flatMap(([, written, code = '']) =>
    written === language ? [code] : [],
  );
}

const gateOf = (chapter: string) => JSON.parse(snippets(chapter, 'json')[0] ?? '').gate;

const GREETING = {
  capability_id: 'cap.hello.greet',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.example',
  correlation_id: 'c-1',
  request: { name: 'Ada' },
} as const;

/** The folder of a Hall whose rules ask this gate, as the first chapter makes it. */
async function folderWith(
  gate: unknown,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const cwd = scratch();
  const dir = join(cwd, 'my-hall');
  await (await hall.openDeployment(dir, { listens: false })).close();
  const read = JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8'));
  const rules = snippets('Cedar in five minutes', 'json')[0] ?? '';
  mkdirSync(dir, { recursive: true });
  const all = { 'rules.json': rules, 'server.json': JSON.stringify({ ...read, gate }), ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(dir, name), text);
  return dir;
}

async function open(dir: string, env: Readonly<Record<string, string>> = {}): Promise<hall.Hall> {
  const opened = await hall.openDeployment(dir, { listens: false, env });
  onTestFinished(() => opened.close());
  return opened.hall;
}

async function greet(opened: hall.Hall, changed: object = {}) {
  const { decision } = await opened.dispatch({ ...GREETING, ...changed });
  const gated = decision.telemetry_envelopes.find(({ event_id }) => event_id === 'evt.os.policy.gated');
  const { reason = null } = Object(gated) as { readonly reason?: unknown };
  return { outcome: decision.deny_code ?? decision.outcome, reason, decision };
}

test('The Rego of the page is the example of the package.', () => {
  expect(snippets('Rego in a bundle', 'rego')).toEqual([
    readFileSync(join(ROOT, 'packages/policy/example/main.rego'), 'utf8'),
  ]);
});

test('A bundle that server.json names decides, and is checked without starting the Hall.', async () => {
  const bundle = await opaBundleOf([
    rule(
      { decision: 'DENY', reason: 'Restricted data goes to no worker.' },
      equals('data_label', 'RESTRICTED'),
    ),
    rule(
      { decision: 'ALLOW', reason: 'The example may greet in dev.' },
      equals('tenant_id', 'agent.example'),
      equals('env', 'dev'),
    ),
    rule({ decision: 'DENY', reason: 'No policy permits this.' }),
  ]);
  const dir = await folderWith(gateOf('Rego in a bundle'), { 'bundle.tar.gz': bundle });
  const { code, out } = await wcp(['rules', 'check', dir]);
  expect({ code, out }).toEqual({
    code: 0,
    out: expect.stringContaining('The opa policies of the gate can be put in force: sha256:'),
  });
  const opened = await open(dir);
  expect(await greet(opened)).toMatchObject({ outcome: 'DISPATCH', reason: 'The example may greet in dev.' });
  const denied = await greet(opened, { data_label: 'RESTRICTED' });
  expect(denied.decision.deny_reason_if_denied).toMatchObject({
    code: 'DENY_POLICY_GATE',
    reason: 'Restricted data goes to no worker.',
    policy_version: opened.health().gate?.policy_version,
  });
  writeFileSync(join(dir, 'bundle.tar.gz'), 'no bundle');
  expect((await wcp(['rules', 'check', dir])).err).toContain('POLICY_BUNDLE_FORM');
});

/** Answers as OPA does. */
const opa = ({ body }: Received) => {
  const { input } = body as { readonly input: { readonly tenant_id: string } };
  return { result: input.tenant_id === 'agent.example' };
};

const CHAPTER = 'An OPA server';
const URL_OF_PAGE = 'https://opa.example.org:8181';

/** The folder of the chapter about servers, with a server of OPA for this test in the place of the page's. */
async function opaFolder(): Promise<{ readonly dir: string; readonly server: JsonServer }> {
  const { key, cert } = selfSigned();
  const server = await jsonServer(opa, { key, cert });
  const dir = await folderWith({ opa: { ...gateOf(CHAPTER).opa, url: server.url } }, { 'opa-ca.pem': cert });
  return { dir, server };
}

test('An OPA server that server.json names decides, with its token, over a connection that its authority vouches for.', async () => {
  const { dir, server } = await opaFolder();
  const opened = await open(dir, { OPA_TOKEN: 'secret' });
  expect(await greet(opened)).toMatchObject({ outcome: 'DISPATCH', reason: 'data.wcp.decision is true' });
  expect(server.received.at(-1)).toMatchObject({
    headers: { authorization: 'Bearer secret' },
    body: { input: { capability_id: 'cap.hello.greet', worker_species_id: 'wrk.hello.greeter' } },
  });
  await server.close();
  expect((await greet(opened)).outcome).toBe('DENY_POLICY_GATE_ERROR');
});

test('A Hall does not start without the token, the certificates or the server that server.json names.', async () => {
  const { dir, server } = await opaFolder();
  const codes = (env: Readonly<Record<string, string>>) =>
    hall.openDeployment(dir, { listens: false, env }).then(
      () => [],
      ({ findings }: hall.DeploymentError) => findings.map(({ code }) => code),
    );
  expect(await codes({})).toEqual(['POLICY_SERVER_TOKEN']);
  expect(await codes({ OPA_TOKEN: 'two words' })).toEqual(['POLICY_SERVER_TOKEN']);
  await server.close();
  expect(await codes({ OPA_TOKEN: 'secret' })).toEqual(['POLICY_SELF_TEST_UNANSWERED']);
  writeFileSync(join(dir, 'opa-ca.pem'), 'nothing');
  expect(await codes({ OPA_TOKEN: 'secret' })).toEqual(['POLICY_SERVER_CA']);
});

test('Certificates that are renewed are trusted as soon as their file has them.', async () => {
  const { dir, server } = await opaFolder();
  const opened = await open(dir, { OPA_TOKEN: 'secret' });
  expect((await greet(opened)).outcome).toBe('DISPATCH');
  const { key, cert } = selfSigned();
  server.renew({ key, cert });
  expect((await greet(opened)).outcome).toBe('DENY_POLICY_GATE_ERROR');
  writeFileSync(join(dir, 'opa-ca.pem'), cert);
  await expect.poll(async () => (await greet(opened)).outcome).toBe('DISPATCH');
});

test('A check asks no server unless it is told to, and says what it left out.', async () => {
  const { dir, server } = await opaFolder();
  const offline = await wcp(['rules', 'check', dir]);
  const shown = snippets(CHAPTER, 'text')[0]
    ?.replace(URL_OF_PAGE, server.url)
    .replaceAll('sha256:…', 'sha256:x');
  expect(offline.out.replaceAll(/sha256:[0-9a-f]{64}/g, 'sha256:x')).toContain(shown);
  expect({ code: offline.code, asked: server.received }).toEqual({ code: 0, asked: [] });
  const { json } = await wcpJson(['rules', 'check', dir]);
  expect(json).toMatchObject({
    ok: true,
    gates: [{ kind: 'opa', unchecked: [expect.any(String), expect.any(String)] }],
  });

  expect((await wcp(['rules', 'check', '--online', dir], { env: {} })).err).toContain('POLICY_SERVER_TOKEN');
  expect(server.received).toEqual([]);
  const online = await wcp(['rules', 'check', '--online', dir], { env: { OPA_TOKEN: 'secret' } });
  expect(online).toMatchObject({ code: 0, out: expect.not.stringContaining('Not checked') });
  expect(server.received).toHaveLength(1);
  server.answer = () => ({ result: true });
  const allowing = await wcp(['rules', 'check', '--online', dir], { env: { OPA_TOKEN: 'secret' } });
  expect(allowing).toMatchObject({ code: 2, err: expect.stringContaining('POLICY_SELF_TEST_ALLOWED') });
});

test('A decision point is asked as the page shows, and each of its answers ends as the page says.', async () => {
  const server = await jsonServer(() => ({ decision: false }));
  const { authzen } = gateOf('Any decision point: AuthZEN');
  const opened = await open(await folderWith({ authzen: { ...authzen, url: server.url } }));
  await greet(opened);
  const [shown = ''] = snippets('Any decision point: AuthZEN', 'jsonc');
  const { resource, ...rest } = JSON.parse(shown);
  const asked = server.received.at(-1)?.body as typeof rest & { readonly resource: typeof resource };
  expect(Object.keys(asked.resource.properties)).toEqual(
    expect.arrayContaining(Object.keys(resource.properties)),
  );
  expect({
    ...asked,
    resource: { ...asked.resource, properties: null },
    context: Object.keys(asked.context).sort(),
  }).toEqual({
    ...rest,
    resource: { ...resource, properties: null },
    context: Object.keys(rest.context).sort(),
  });

  const outcomes = {
    allow: 'DISPATCH',
    deny: 'DENY_POLICY_GATE',
    human: 'STEWARD_HOLD',
    'no verdict': 'DENY_POLICY_GATE_INVALID_RESPONSE',
  };
  const rows = [...PAGE.matchAll(/^\| `(\{"decision".*\})` \| (.+) \|$/gm)];
  expect(rows).toHaveLength(6);
  for (const [, answer = '', outcome = ''] of rows) {
    server.answer = () => JSON.parse(answer);
    const greeted = await greet(opened);
    expect(greeted.outcome, answer).toBe(outcomes[outcome as keyof typeof outcomes]);
    if (outcome === 'human') expect(greeted.decision.supervisor_level).toBe('executor');
  }
});

test('The snippet about mappings that tools declare asks as its mapping says, and prints what it says.', async () => {
  const server = await jsonServer(() => ({ decision: true }));
  const [snippet = ''] = snippets('Mappings that tools declare', 'js');
  const body = snippet.replace(/^import .*;$/m, '').replace('https://pdp.example.org', server.url);
  const printed: string[] = [];
  const run = new Function('openToolCallAuthorizer', 'console', `return (async () => {${body}})();`);
  await run(openToolCallAuthorizer, {
    log: (...words: unknown[]) => printed.push(words.map(String).join(' ')),
  });
  expect(printed).toEqual([/console\.log\(.*\); \/\/ (.*)/.exec(snippet)?.[1]]);
  expect(server.received.map(({ url, body: asked }) => [url, asked])).toEqual([
    [
      '/access/v1/evaluation',
      {
        subject: { type: 'identity', id: 'alice@example.com' },
        action: { name: 'get_customer' },
        resource: { type: 'customer', id: 'cust-12345' },
        context: { agent: 'agent-7' },
      },
    ],
  ]);
});

test.for([
  { opa: {} },
  { opa: { url: 'http://opa', bundle: 'b.tar.gz' } },
  { opa: { bundle: 'b.tar.gz', token_env: 'X' } },
  { opa: { url: 'http://opa', token: 'in the file' } },
  { authzen: { url: 'http://pdp', mapping: 'tool' } },
  { authzen: { url: 'http://pdp' }, cedar: 'policies/' },
])('A gate of the form %j is refused as a setting.', async (gate) => {
  const dir = await folderWith(gate);
  const examined = await hall.examineGate(dir);
  expect(examined?.findings).toMatchObject([
    { file: 'server.json', message: expect.stringMatching(/^\/gate/) },
  ]);
});
