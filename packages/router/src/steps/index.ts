// This folder holds more than twelve files because each step of section 5 has its own, under its number.
// What several steps share has no number.
import type { Denial } from '../evaluation/denial.ts';
import type { Evaluation } from '../evaluation/evaluation.ts';
import { checkInput } from './01-input.ts';
import { checkFacts, checkWorld } from './02-world-and-facts.ts';
import { checkFreeze } from './03-freeze.ts';
import { checkSignatory } from './04-signatory.ts';
import { checkTenantEnvironment } from './04-tenant-environment.ts';
import { checkCredential } from './05-credential.ts';
import { applyTenantFloor } from './05-tenant-floor.ts';
import { checkPolicyVersion } from './06-policy-version.ts';
import { checkDeadRules } from './07-dead-rules.ts';
import { matchRule } from './08-rule.ts';
import { selectWorker } from './09-selection.ts';
import { checkAttestation } from './10-attestation.ts';
import { checkEnvelope } from './11-envelope.ts';
import { checkBlast } from './12-blast.ts';
import { checkBudgets } from './12-budgets.ts';
import { askPolicyGate } from './13-policy-gate.ts';
import { checkHuman } from './14-human.ts';
import { checkApproval, type Draft } from './15-approval.ts';

/** One step of section 5. */
export interface Step {
  readonly step: number;
  readonly title: string;
  /**
   * Lets the request pass, or denies it. A method, because a step names in its own type what the steps
   * before it have set; their order in {@link STEPS} is what makes that true.
   *
   * @param draft writes down the decision as it is so far
   */
  check(current: Evaluation, draft: Draft): Denial | null;
}

/** Section 5: the steps in their normative order; the first that fails gives the code. */
export const STEPS: readonly Step[] = [
  { step: 1, title: 'the input is valid', check: checkInput },
  { step: 2, title: 'the world compiled without errors', check: checkWorld },
  { step: 2, title: 'the facts have their form', check: checkFacts },
  { step: 3, title: 'nothing is frozen', check: checkFreeze },
  { step: 4, title: 'the tenant is a signatory', check: checkSignatory },
  { step: 4, title: 'the environment is open to the tenant', check: checkTenantEnvironment },
  { step: 5, title: "the credential is valid and this tenant's", check: checkCredential },
  { step: 5, title: "the request is judged by the tenant's floor", check: applyTenantFloor },
  { step: 6, title: 'the policy version is the one the caller expects', check: checkPolicyVersion },
  { step: 7, title: 'no rule is dead', check: checkDeadRules },
  { step: 8, title: 'a rule matches', check: matchRule },
  { step: 9, title: 'a worker is selected', check: selectWorker },
  { step: 10, title: "the worker's code is what was attested", check: checkAttestation },
  { step: 11, title: "the worker's envelope is within the ceiling", check: checkEnvelope },
  { step: 12, title: 'the blast score is within the limit', check: checkBlast },
  { step: 12, title: 'the budgets have room', check: checkBudgets },
  { step: 13, title: 'the policy gate allows it', check: askPolicyGate },
  { step: 14, title: 'the rule asks for no human', check: checkHuman },
  { step: 15, title: 'the approval fits this decision', check: checkApproval },
];
