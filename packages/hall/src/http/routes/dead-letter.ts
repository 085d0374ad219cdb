import { ProblemError } from '../../base/problem.ts';
import { receiveKept } from '../../base/received-request.ts';
import {
  type DeadLetter,
  findDeadLetter,
  purgeChange,
  readDeadLetter,
  replayedChange,
} from '../../dispatch/dead-letters.ts';
import type { HallParts } from '../hall-parts.ts';
import { readPage, withOmitted } from '../pagination.ts';
import type { Call, Routes } from '../route.ts';
import { readInput } from '../stored.ts';

/** The letters that are being replayed, by Hall: of two callers at once the second is refused. */
const replaying = new WeakMap<HallParts, Set<string>>();

/** Dispatches that their workers did not carry out: to be examined, replayed or deleted. */
export const DEAD_LETTER_ROUTES = {
  listDeadLetters: {
    async handle({ hall: { storage }, query: { state, ...page } }) {
      const { cursor, limit } = readPage(page);
      const rows = await storage.store.list('dead_letters', {
        limit: limit + 1,
        ...(cursor !== null && { after: cursor }),
        ...(state !== undefined && { where: { state } }),
      });
      const items = rows.slice(0, limit).map(readDeadLetter).map(show);
      const next_cursor = rows.length > limit ? (items.at(-1)?.decision_id ?? null) : null;
      const lost = await storage.payloads.lost('dead_letters', {
        ...(cursor !== null && { after: cursor }),
        ...(state !== undefined && { where: { state } }),
        ...(next_cursor !== null && { until: next_cursor }),
      });
      return withOmitted({ items, next_cursor }, lost.length);
    },
  },
  replayDeadLetter: {
    async handle(call) {
      const { decision_id } = call.params;
      const running = runningReplays(call.hall);
      if (running.has(decision_id)) throw alreadyReplayed();
      running.add(decision_id);
      try {
        return await replay(call);
      } finally {
        running.delete(decision_id);
      }
    },
  },
  purgeDeadLetter: {
    async handle({ hall: { storage, journal }, params: { decision_id } }) {
      await journal.commit([purgeChange(await findDeadLetter(storage.store, decision_id))]);
      return { decision_id };
    },
  },
} satisfies Partial<Routes>;

async function replay({ hall, params, principal: by }: Call<'replayDeadLetter'>) {
  const { storage, dispatcher, clock } = hall;
  const letter = await findDeadLetter(storage.store, params.decision_id);
  if (letter.state !== 'dead') throw alreadyReplayed();
  // Whoever replays it asks for it, too: what is then held is for somebody else to approve.
  const received = receiveKept(letter.input, [...new Set([...letter.requested_by, by.id])]);
  const { decision, receipt, outcome_receipt } = await dispatcher.dispatch(received, {
    changes: ({ decision_id }) => [replayedChange(letter, by, clock.timestamp(), decision_id as string)],
  });
  return { decision, receipt, outcome_receipt };
}

function runningReplays(hall: HallParts): Set<string> {
  const running = replaying.get(hall) ?? new Set();
  replaying.set(hall, running);
  return running;
}

function show({ input, ...letter }: DeadLetter) {
  return { ...letter, input: readInput(input) };
}

function alreadyReplayed(): ProblemError {
  return new ProblemError('CONFLICT', 'This dead letter was already replayed: see the decision made then.');
}
