import { AGENT_CODES, type AgentCode, type CallOutcome, type ResultOutcome } from './call-outcome.ts';

/** A call that has no result. */
export type Refusal = Exclude<CallOutcome, ResultOutcome>;

/** What a model reads of a call that has no result. */
export function refusalText(outcome: Refusal): string {
  if (outcome.kind === 'denied') return `${outcome.code}: ${outcome.message} ${outcome.remedy}`;
  if (outcome.kind === 'held') {
    return `APPROVAL_PENDING: A steward must approve this call first, and nothing has run yet: ${outcome.url ?? outcome.approval_id}`;
  }
  const { code, message, ran } = outcome;
  const remedy = Object.hasOwn(AGENT_CODES, code) ? ` ${AGENT_CODES[code as AgentCode].remedy}` : '';
  return `${code}: ${message} ${RAN.get(ran)}${remedy}`;
}

const RAN = new Map([
  [true, 'The tool had begun.'],
  [false, 'The tool did not run.'],
  [null, 'Nobody knows whether the tool ran.'],
]);
