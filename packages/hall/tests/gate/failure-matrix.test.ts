import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { type LoadedGate, openGate, PolicyError, type PolicySource } from '@wcp/policy';
import { authzenServer } from '@wcp/policy/authzen';
import { cedarPolicies } from '@wcp/policy/cedar';
import { opaBundle, opaServer } from '@wcp/policy/opa';
import type { PolicyGateRequest } from '@wcp/router';
import { expect, onTestFinished, test } from 'vitest';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import { jsonServer } from '../../../policy/tests/support/json-server.ts';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import { policyFolder } from '../../../policy/tests/support/policy-folder.ts';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import type { Rule } from '../../../policy/tests/support/rego/assemble-module.ts';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import { opaBundleOf } from '../../../policy/tests/support/rego/opa-bundle.ts';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import { equals, rule } from '../../../policy/tests/support/rego/rules.ts';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import { gateRequest } from '../../../policy/tests/support/request.ts';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import { selfSigned } from '../../../policy/tests/support/self-signed.ts';
// @boundaries-ignore The engines that fail are those of the policies' own tests.
import { decideScene } from '../../../router/tests/support.ts';
import { askGate, gateParts } from '../../src/world/policy-gate.ts';

/** How an engine fails, and what becomes of a request then. */
const FAILURES = {
  absent: 'refused',
  throws: 'DENY_POLICY_GATE_ERROR',
  hangs: 'DENY_POLICY_GATE_ERROR',
  'wrong shape': 'DENY_POLICY_GATE_INVALID_RESPONSE',
  'unknown verdict': 'DENY_POLICY_GATE_INVALID_RESPONSE',
  empty: 'DENY_POLICY_GATE_INVALID_RESPONSE',
  'broken at load': 'refused',
  'broken at reload': 'last good',
  'process killed': 'DENY_POLICY_GATE_ERROR',
} as const;
type Failure = keyof typeof FAILURES;

/** How a server fails beside that. */
const SERVER_FAILURES = {
  'answers a text': 'DENY_POLICY_GATE_INVALID_RESPONSE',
  'answers without end': 'DENY_POLICY_GATE_INVALID_RESPONSE',
  'answers drop by drop': 'DENY_POLICY_GATE_ERROR',
  redirects: 'DENY_POLICY_GATE_ERROR',
  'shows a certificate of nobody': 'refused',
} as const;
type ServerFailure = keyof typeof SERVER_FAILURES;

/** An engine of which one thing is wrong once it has been opened, or before. */
interface Failing {
  readonly source: PolicySource;
  /** Makes it fail, after the gate has been opened. */
  readonly fail?: (gate: LoadedGate) => unknown;
  /** The request with which it fails, where not every one does. */
  readonly given?: Partial<PolicyGateRequest>;
}

type FailingRows = Readonly<
  Record<Failure, () => Failing | Promise<Failing>> &
    Partial<Record<ServerFailure, () => Failing | Promise<Failing>>>
>;

/** How each engine is made to fail; where a row means something else for an engine, or nothing, it says so. */
const ENGINES: Readonly<Record<string, FailingRows>> = {
  cedar: {
    absent: () => ({ source: cedarPolicies({ path: 'none', dir: policyFolder({}) }) }),
    throws: () => cedarOf(`${PERMIT}\n${OVERFLOW}`),
    // It has neither loops nor recursion, but a pattern of a policy is compared with as long a text as a caller writes.
    hangs: () => ({ ...cedarOf(`${PERMIT}\n${PATTERN}`), given: { privilege_context: { purpose: LONG } } }),
    'wrong shape': () => cedarAnswering('"ALLOW"'),
    'unknown verdict': () =>
      cedarAnswering(
        '{ type: "success", response: { decision: "perhaps", diagnostics: { reason: [], errors: [] } } }',
      ),
    empty: () => cedarAnswering('undefined'),
    'broken at load': () => cedarOf('permit(principal, action'),
    'broken at reload': () => reloaded(cedarOf(PERMIT), 'permit(principal, action'),
    // In the process of the Hall: what can end alone is the instance of the engine.
    'process killed': () =>
      cedarAnswering('(() => { throw new WebAssembly.RuntimeError("unreachable"); })()'),
  },
  'opa server': serverRows((url) => opaServer({ url }), {
    good: (isProbe) => ({ result: !isProbe }),
    'wrong shape': { result: 'ALLOW' },
    'unknown verdict': { result: { decision: 'PERMIT', reason: 'x' } },
    empty: {},
  }),
  'opa bundle': {
    absent: () => ({ source: opaBundle({ bundle: 'none.tar.gz', dir: policyFolder({}) }) }),
    throws: () => bundleOf([{ when: [equals('env', 'dev')], gives: 'traps' }, DENY]),
    hangs: () => bundleOf([{ when: [equals('env', 'dev')], gives: 'hangs' }, DENY]),
    'wrong shape': () => bundleOf([rule('ALLOW', equals('env', 'dev')), DENY]),
    'unknown verdict': () =>
      bundleOf([rule({ decision: 'PERMIT', reason: 'x' }, equals('env', 'dev')), DENY]),
    empty: () => bundleOf([rule(false, equals('env', 'prod'))]),
    'broken at load': () => ({ source: opaBundle({ bundle: 'b', dir: policyFolder({ b: 'no bundle' }) }) }),
    'broken at reload': () => reloaded(bundleOf([ALLOW, DENY]), 'no bundle'),
    // Its thread ends with the gate.
    'process killed': async () => ({ ...(await bundleOf([ALLOW, DENY])), fail: closeGate }),
  },
  authzen: serverRows((url) => authzenServer({ url }), {
    good: (isProbe) => ({ decision: !isProbe }),
    'wrong shape': { decision: 'true' },
    'unknown verdict': { decision: true, context: { outcome: 'PERMIT' } },
    empty: {},
  }),
};

const PERMIT = 'permit(principal == Tenant::"acme", action, resource) when { context.env == "dev" };';
/** The policy fails in dev: the sum is no Long. */
const OVERFLOW = `forbid(principal, action, resource)
when { context.env == "dev" && 9223372036854775807 + context.blast_score > 0 };`;
/** Of a thousand characters, each of which is compared with each of a million. */
const PATTERN = `forbid(principal, action, resource)
when { context has privilege_context && context.privilege_context.hasTag("purpose")
  && context.privilege_context.getTag("purpose") like "*${'a'.repeat(1_000)}b*" };`;
const LONG = 'a'.repeat(1_000_000);
const closeGate = (gate: LoadedGate) => gate.close();
const ALLOW = rule({ decision: 'ALLOW', reason: 'dev' }, equals('env', 'dev'));
const DENY = rule({ decision: 'DENY', reason: 'not dev' });

const rows = Object.entries(ENGINES).flatMap(([engine, failing]) =>
  Object.entries(failing).map(([failure, make]) => ({
    engine,
    failure,
    make,
    expected: { ...FAILURES, ...SERVER_FAILURES }[failure as Failure | ServerFailure],
  })),
);

test('The matrix has each failure of each engine, and those that only a server can have.', () => {
  expect(rows).toHaveLength(4 * Object.keys(FAILURES).length + 2 * Object.keys(SERVER_FAILURES).length);
  expect(rows.length).toBeGreaterThanOrEqual(40);
});

test.for(rows)('$engine, $failure: nothing passes.', async ({ failure, make, expected }) => {
  const { source, fail, given } = await make();
  const isLate = failure === 'hangs' || failure === 'answers drop by drop';
  const opening = openGate(source, { timeout_ms: isLate ? 250 : 1_500 });
  if (expected === 'refused') {
    await expect(opening).rejects.toThrow(PolicyError);
    // A Hall does not start then; one that a program makes without a gate denies.
    expect(decideWith(undefined)).toBe('DENY_POLICY_GATE_UNCONFIGURED');
    return;
  }
  const gate = await opening;
  onTestFinished(() => gate.close());
  const first = gate.policy_version;
  await fail?.(gate);
  if (expected !== 'last good') {
    expect(await outcomeOf(gate, given)).toBe(expected);
    return;
  }
  expect((await gate.reload()).findings).not.toEqual([]);
  expect(gate.state).toMatchObject({ policy_version: first, stale_since: expect.any(String) });
  expect(await outcomeOf(gate)).toBe('DISPATCH');
  expect(await outcomeOf(gate, { env: 'prod' })).toBe('DENY_POLICY_GATE');
});

test.for(Object.entries(ENGINES))(
  '%s allows where nothing fails, so that the matrix shows failures.',
  async ([, rowsOf]) => {
    const { source } = await rowsOf['broken at reload']();
    const gate = await openGate(source, { timeout_ms: 2_000 });
    onTestFinished(() => gate.close());
    expect(await outcomeOf(gate)).toBe('DISPATCH');
  },
);

/** What the Hall decides about a request whose rule asks this gate. */
async function outcomeOf(gate: LoadedGate, given: Partial<PolicyGateRequest> = {}): Promise<string> {
  const verdict = await askGate(gateParts(gate).ask, gateRequest(given));
  return decideWith(verdict);
}

function decideWith(policy: unknown): string {
  const rule = { decision: { escalation: { policy_gate: true } } };
  const decision = decideScene({ rule, facts: policy === undefined ? {} : { policy } });
  return decision.deny_code ?? decision.outcome;
}

function cedarOf(text: string): Failing & { readonly file: string } {
  const dir = policyFolder({ 'main.cedar': text });
  return { source: cedarPolicies({ path: 'main.cedar', dir }), file: join(dir, 'main.cedar') };
}

async function bundleOf(rules: readonly Rule[]): Promise<Failing & { readonly file: string }> {
  const dir = policyFolder({ 'bundle.tar.gz': await opaBundleOf(rules) });
  return { source: opaBundle({ bundle: 'bundle.tar.gz', dir }), file: join(dir, 'bundle.tar.gz') };
}

/** The policies, of which the file is broken once the gate is open. */
async function reloaded(
  made: ReturnType<typeof cedarOf> | ReturnType<typeof bundleOf>,
  text: string,
): Promise<Failing> {
  const { source, file } = await made;
  return { source, fail: () => writeFileSync(file, text) };
}

/**
 * Cedar, whose package answers something else in dev: as it is loaded, its source gets an end that says what.
 *
 * @param answer an expression of JavaScript
 */
function cedarAnswering(answer: string): Failing {
  const changed = `
const real = module.exports.statefulIsAuthorized;
module.exports.statefulIsAuthorized = (call) => (call.context.env === 'dev' ? ${answer} : real(call));`;
  const hooks = registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!/cedar-wasm\/nodejs\/[^/]+\.js$/.test(url)) return loaded;
      return { ...loaded, source: `${loaded.source}${changed}` };
    },
  });
  onTestFinished(() => hooks.deregister());
  return cedarOf(PERMIT);
}

interface Answers {
  readonly good: (isProbe: boolean) => unknown;
  readonly 'wrong shape': unknown;
  readonly 'unknown verdict': unknown;
  readonly empty: unknown;
}

/** The rows of an engine on a server: a small one that speaks its wire, and a program of its own where it is killed. */
function serverRows(sourceAt: (url: string) => PolicySource, { good, ...wrong }: Answers) {
  const isProbe = (body: unknown) => JSON.stringify(body).includes('wcp-self-test');
  const isProd = (body: unknown) => JSON.stringify(body).includes('"env":"prod"');
  const answering = async (
    late: (response: ServerResponse) => unknown,
    first: (body: unknown) => unknown = (body) => good(isProbe(body) || isProd(body)),
  ) => {
    const server = await jsonServer(({ body }) => first(body));
    const fail = () => {
      server.answer = (_question, response) => late(response);
    };
    return { source: sourceAt(server.url), fail, server };
  };
  return {
    absent: () => ({ source: sourceAt('http://127.0.0.1:1') }),
    throws: () => answering((response) => void response.writeHead(500).end('{"code": "internal_error"}')),
    hangs: () => answering(() => new Promise(() => {})),
    'wrong shape': () => answering(() => wrong['wrong shape']),
    'unknown verdict': () => answering(() => wrong['unknown verdict']),
    empty: () => answering(() => wrong.empty),
    'answers a text': () => answering((response) => void response.writeHead(200).end('ALLOW')),
    'answers without end': () =>
      answering((response) => void response.end(`{"decision": true, "more": "${'x'.repeat(300_000)}"}`)),
    'answers drop by drop': () =>
      answering((response) => {
        const drops = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drops));
      }),
    redirects: async () => {
      const other = await answering(
        (response) => void response.end(),
        () => good(false),
      );
      return answering((response) => void response.writeHead(307, { location: other.server.url }).end());
    },
    'shows a certificate of nobody': async () => {
      const server = await jsonServer(() => good(true), selfSigned());
      return { source: sourceAt(server.url) };
    },
    // Its policies are the server's affair: one that has none answers so.
    'broken at load': async () => {
      const { source, server } = await answering(() => wrong.empty);
      server.answer = () => wrong.empty;
      return { source };
    },
    // A server that cannot be loaded again is not taken in the place of the one that answers.
    'broken at reload': async () => {
      const { source } = await answering(() => wrong.empty);
      let loads = 0;
      const load = async () => {
        loads += 1;
        return loads === 1 ? await source.load() : await sourceAt('http://127.0.0.1:1').load();
      };
      return { source: { ...source, load } };
    },
    'process killed': async () => {
      const program = spawn(process.execPath, [join(import.meta.dirname, 'opa-program.ts')]);
      onTestFinished(() => ended(program));
      const [port] = await once(program.stdout, 'data');
      return { source: sourceAt(`http://127.0.0.1:${String(port).trim()}`), fail: () => ended(program) };
    },
  } satisfies FailingRows;
}

async function ended(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const exit = once(program, 'exit');
  program.kill('SIGKILL');
  await exit;
}
