import type { Receipt } from '@wcp/spec';
import type { DispatchAnswer } from '../client/wire.ts';
import type { Chain } from './pipeline-run.ts';

/**
 * What of a chain does not carry its correlation id: decisions, events and evidence as the Hall answered
 * them, and receipts as they stand in the log, where each must be found.
 */
export function lostOf({ correlation_id, answers }: Chain, log: readonly Receipt[]): string[] {
  const logged = new Map(log.map((receipt) => [receipt.receipt_hash, receipt]));
  return answers.flatMap((answer) => {
    const receipts = receiptsOf(answer);
    const absent = receipts.filter(({ receipt_hash }) => !logged.has(receipt_hash));
    const others = [...claimsOf(answer), ...receipts].filter((each) => carriedBy(each) !== correlation_id);
    const { capability_id, decision_id } = answer.decision;
    const about = `${capability_id}, decision ${decision_id}`;
    return [
      ...absent.map(() => `A receipt is not in the log (${about}).`),
      ...others.map(() => `Something carries another correlation id (${about}).`),
    ];
  });
}

function receiptsOf({ receipt, outcome_receipt }: DispatchAnswer): Receipt[] {
  return [receipt, outcome_receipt].filter((each) => each !== null);
}

function claimsOf({ decision, result }: DispatchAnswer): unknown[] {
  const { telemetry = [], evidence = [] } = result ?? {};
  return [decision, ...decision.telemetry_envelopes, ...telemetry, ...evidence];
}

function carriedBy(claim: unknown): unknown {
  return (Object(claim) as { correlation_id?: unknown }).correlation_id;
}
