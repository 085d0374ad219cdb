import type { Approval, Level } from '../hall/approval.ts';

interface LevelWords {
  readonly name: string;
  /** What an approval means at this level. */
  readonly meaning: string;
}

/** What the levels are called and ask for. */
export const LEVEL_WORDS: Readonly<Record<Level, LevelWords>> = {
  advisory: { name: 'Advisory', meaning: 'It goes on; you are only told.' },
  gatekeeper: { name: 'Gatekeeper', meaning: 'If you approve, the worker does it.' },
  executor: {
    name: 'Executor',
    meaning: 'A human does it instead of the worker: approve with the result of what you did.',
  },
  incident_commander: {
    name: 'Incident commander',
    meaning:
      'A human does it instead of the worker, and everything under this correlation id is frozen until it is released.',
  },
};

const REASONS: Readonly<Record<string, (approval: Approval) => string>> = {
  BLAST_RADIUS_EXCEEDED: ({ decision }) =>
    `Its blast score, ${decision.blast_score ?? 'unknown'}, is above the limit.`,
  POLICY_GATE: () => 'The policy gate asks for a human.',
  RULE: () => 'The rule that matched asks for a human.',
};

/** Why a hold waits, in a sentence. */
export function reasonSentence(reason: string, approval: Approval): string {
  return Object.hasOwn(REASONS, reason) ? (REASONS[reason]?.(approval) ?? '') : 'The Hall asks for a human.';
}

/** What became of a hold. */
export const STATE_WORDS: Readonly<Record<Approval['state'], string>> = {
  pending: 'Escalated',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  stale: 'Denied, since what was approved is not what would run now',
  advised: 'Gone on',
};

const ACTIONS: Readonly<Record<string, string>> = {
  approve: 'Approved',
  deny: 'Denied',
  escalate: 'Escalated',
  expire: 'Expired',
};

/** What somebody did with a hold. */
export function actionWord(action: string): string {
  return Object.hasOwn(ACTIONS, action) ? (ACTIONS[action] as string) : action;
}
