import type { SupervisorLevel } from '@wcp/spec';
import type { Approval } from '../hall/approval.ts';

interface LevelLabel {
  readonly name: string;
  /** What an approval means at this supervisor level. */
  readonly meaning: string;
}

/** The names of the supervisor levels, and what each asks for. */
export const LEVEL_LABELS: Readonly<Record<SupervisorLevel, LevelLabel>> = {
  advisory: { name: 'Advisory', meaning: 'It runs without approval; this is for your information.' },
  gatekeeper: { name: 'Gatekeeper', meaning: 'If you approve, the worker runs.' },
  executor: {
    name: 'Executor',
    meaning: 'A human does the work instead of the worker: approve with the result of what you did.',
  },
  incident_commander: {
    name: 'Incident commander',
    meaning:
      'A human does the work instead of the worker, and everything under this correlation id is frozen until it is released.',
  },
};

/** What holds the worker to its privilege envelope. */
export const CONTAINMENT_LABELS = {
  contained: 'contained: this Hall holds the worker to it',
  declared: 'declared only: nothing holds the worker to it',
  not_contained: 'not contained: this machine cannot hold the worker to it',
} as const;

const REASONS: Readonly<Record<string, (approval: Approval) => string>> = {
  BLAST_RADIUS_EXCEEDED: ({ decision }) =>
    `The blast score, ${decision.blast_score ?? 'unknown'}, is above the limit.`,
  POLICY_GATE: () => 'The policy gate requires a human.',
  RULE: () => 'The matching rule requires a human.',
};

/** Why a hold is waiting, in a sentence. */
export function reasonSentence(reason: string, approval: Approval): string {
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason]?.(approval) ?? '') : 'The Hall requires a human.';
}

/** The state of a hold after it was resolved. */
export const STATE_LABELS: Readonly<Record<Approval['state'], string>> = {
  pending: 'Escalated',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  stale: 'Denied, because what would run now is not what was approved',
  advised: 'Ran without approval',
};

const ACTIONS: Readonly<Record<string, string>> = {
  approve: 'Approved',
  deny: 'Denied',
  escalate: 'Escalated',
  expire: 'Expired',
  withdraw: 'Withdrawn',
};

/** What somebody did with a hold, in a word. */
export function actionLabel(action: string): string {
  return Object.hasOwn(ACTIONS, action) ? (ACTIONS[action] as string) : action;
}
