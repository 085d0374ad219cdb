import type { PolicyGateRequest, PolicyVerdict } from '@wcp/router';
import type { PolicyFinding } from '../base/policy-finding.ts';
import type { PolicyEngine } from '../base/policy-source.ts';
import { type AskedEngine, askEngine } from './ask-engine.ts';

/** What no policy can know and should not allow: a capability that nobody has, asked for in `prod`. */
const PROBE: PolicyGateRequest = {
  capability_id: 'cap.wcp.self-test',
  tenant_id: 'wcp-self-test',
  env: 'prod',
  data_label: 'RESTRICTED',
  tenant_risk: 'high',
  qos_class: 'P3',
  policy_version: 'policy.wcp.self-test',
  rule_id: 'wcp-self-test',
  worker_id: 'x.wcp.worker.self-test',
  worker_species_id: 'wrk.wcp.self-test',
  authority: 'x.wcp',
  risk_tier: 'critical',
  blast_score: 25,
  privilege_envelope: null,
  privilege_context: null,
};

/**
 * Asks an engine before it decides: it must answer with a verdict, and must not allow what no policy knows.
 *
 * @returns what is wrong; null where nothing is
 */
export async function testEngine(engine: PolicyEngine, timeout_ms: number): Promise<PolicyFinding | null> {
  let verdict: PolicyVerdict;
  try {
    verdict = await askEngine(engine, PROBE, timeout_ms);
  } catch (error) {
    return unanswered(error as Error);
  }
  return verdict.decision === 'ALLOW' ? allowsEverything(verdict.reason) : null;
}

/** Milliseconds that an engine which never answers gets in the test of the gate. */
const HANGING_MS = 5;

/** Engines that fail, each in a way of its own. */
const FAILING: Readonly<Record<string, AskedEngine['decide']>> = {
  throws: () => {
    throw new Error('self-test');
  },
  rejects: () => Promise.reject(new Error('self-test')),
  hangs: () => new Promise(() => {}),
  'answers nothing': () => undefined,
  'answers late with a verdict of another form': async () => ({ decision: 'ALLOW' }),
  'answers with a verdict that does not exist': () => ({ decision: 'PERMIT', reason: 'self-test' }),
};

/**
 * Shows that the gate denies where an engine fails, with engines that fail.
 *
 * @returns how one did not; null where all did
 */
export async function testGate(): Promise<PolicyFinding | null> {
  for (const [how, decide] of Object.entries(FAILING)) {
    const engine = { policy_version: 'self-test', decide };
    const verdict = await Promise.resolve()
      .then(() => askEngine(engine, PROBE, HANGING_MS))
      .catch(() => null);
    if (verdict !== null) return passesFailure(how);
  }
  return null;
}

function unanswered({ message, cause }: Error): PolicyFinding {
  const detail = cause instanceof Error ? ` ${cause.message}` : '';
  return {
    file: null,
    line: null,
    code: 'POLICY_SELF_TEST_UNANSWERED',
    message: `The self-test got no verdict. ${message}${detail}`,
    remedy: 'Mend the policies or the engine so that every request gets an answer.',
  };
}

function allowsEverything(reason: string): PolicyFinding {
  return {
    file: null,
    line: null,
    code: 'POLICY_SELF_TEST_ALLOWED',
    message: `The policies allow cap.wcp.self-test, which nobody has, in prod (${reason}): they would allow anything.`,
    remedy: 'Name in each policy that allows what it allows: tenants, capabilities, environments.',
  };
}

function passesFailure(how: string): PolicyFinding {
  return {
    file: null,
    line: null,
    code: 'POLICY_SELF_TEST_GATE',
    message: `The gate did not deny where an engine ${how}.`,
    remedy: 'Install the packages of WCP again: this one does not do what it was built to do.',
  };
}
