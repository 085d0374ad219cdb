import type { PolicyFinding } from '../base/policy-finding.ts';
import type { PolicyFile } from '../source/read-policy-files.ts';
import { EngineThread, threadProgram } from '../thread/engine-thread.ts';
import type { Cedar } from './engine-package.ts';
import type { CedarPolicy } from './policy/cedar-policy.ts';
import { readPolicies } from './policy/read-policies.ts';
import { validatePolicies } from './policy/validate-policies.ts';

/** Files of policies, and the capabilities that exist beside the catalog's; null where they are not known. */
export interface PolicyTexts {
  readonly files: readonly PolicyFile[];
  readonly known: readonly string[] | null;
}

/** The policies of files in their order, and everything that is wrong with them. */
export interface ExaminedPolicies {
  readonly policies: readonly CedarPolicy[];
  readonly findings: readonly PolicyFinding[];
}

/** Reads and validates policies. @throws {Error} where they bring the engine down */
export function examinePolicies(cedar: Cedar, { files, known }: PolicyTexts): ExaminedPolicies {
  const findings: PolicyFinding[] = [];
  const policies = readPolicies(cedar, files, findings);
  if (findings.length === 0 && policies.length === 0) findings.push(noPolicies());
  if (findings.length === 0) findings.push(...validatePolicies(cedar, policies, known));
  return { policies, findings };
}

const PROGRAM = threadProgram(import.meta.url, 'cedar', 'examine-thread');
/** Milliseconds within which policies must have been examined. */
const EXAMINE_MS = 60_000;

/** The same in a thread, so that a Hall whose many policies have changed goes on deciding. @throws {Error} likewise */
export async function examineInThread(texts: PolicyTexts): Promise<ExaminedPolicies> {
  const thread = new EngineThread(PROGRAM, null);
  try {
    return (await thread.ask(texts, AbortSignal.timeout(EXAMINE_MS))) as ExaminedPolicies;
  } finally {
    await thread.close();
  }
}

function noPolicies(): PolicyFinding {
  return {
    file: null,
    line: null,
    code: 'POLICY_SET_EMPTY',
    message: 'The files hold no policy: every request would be denied.',
    remedy: 'Write a policy that permits something.',
  };
}
