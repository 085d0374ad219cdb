import { ReceiptSchema, RouteDecisionSchema } from '@wcp/spec/document';
import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import { receive } from '../../base/received-request.ts';
import {
  type DeadLetter,
  findDeadLetter,
  purgeChange,
  readDeadLetter,
  replayedChange,
} from '../../dispatch/dead-letters.ts';
import { principalOf } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { pageQuery, readPage } from '../pagination.ts';
import { answers, closed, items, nullable } from '../wire.ts';

const text = Type.String();
const LetterSchema = closed({
  decision_id: text,
  state: Type.Enum(['dead', 'replayed']),
  at: text,
  tenant_id: text,
  capability_id: text,
  worker_id: text,
  code: text,
  input: Type.Unknown({ description: 'The request as it was received.' }),
  replay: nullable(closed({ by: text, at: text, decision_id: text })),
});
const letterPath = closed({ decision_id: Type.String({ maxLength: 64 }) });
const PROBLEMS = [400, 401, 403, 404, 409, 429, 503];

/** Dispatches that their workers did not carry out: to be looked at, tried again, or put away. */
export function addDeadLetterRoutes(app: HallApp, parts: HallParts): void {
  const { storage, journal, dispatcher, clock } = parts;
  const replaying = new Set<string>();
  app.get(
    '/wcp/dead-letters',
    {
      config: { access: ['steward', 'auditor', 'admin'] },
      schema: {
        operationId: 'listDeadLetters',
        summary: 'Dispatches that failed, by their decision',
        querystring: closed({ ...pageQuery, state: Type.Optional(Type.Enum(['dead', 'replayed'])) }),
        response: answers({ 200: items(LetterSchema) }),
      },
    },
    async ({ query: { state, ...page } }) => {
      const { cursor, limit } = readPage(page);
      const rows = await storage.store.list('dead_letters', {
        limit: limit + 1,
        ...(cursor !== null && { after: cursor }),
        ...(state !== undefined && { where: { state } }),
      });
      const letters = rows.slice(0, limit).map(readDeadLetter).map(show);
      return {
        items: letters,
        next_cursor: rows.length > limit ? (letters.at(-1)?.decision_id ?? null) : null,
      } as never;
    },
  );
  app.post(
    '/wcp/dead-letters/:decision_id/replay',
    {
      config: { access: ['steward', 'admin'] },
      schema: {
        operationId: 'replayDeadLetter',
        summary: 'Decide and dispatch the request again, once',
        description: 'Whether the first attempt had an effect is for whoever asks for this to know.',
        params: letterPath,
        response: answers(
          {
            200: closed({
              decision: RouteDecisionSchema,
              receipt: ReceiptSchema,
              outcome_receipt: nullable(ReceiptSchema),
            }),
          },
          PROBLEMS,
        ),
      },
    },
    async (request) => {
      const { decision_id: id } = request.params;
      // Held from here on: of two who ask at once, the second finds what the first made of it.
      if (replaying.has(id)) throw tried();
      replaying.add(id);
      try {
        const letter = await findDeadLetter(storage.store, id);
        if (letter.state !== 'dead') throw tried();
        const by = principalOf(request);
        const answer = await dispatcher.dispatch(receive(JSON.parse(letter.input)), {
          changes: ({ decision_id }) => [
            replayedChange(letter, by, clock.timestamp(), decision_id as string),
          ],
        });
        const { decision, receipt, outcome_receipt } = answer;
        return { decision, receipt, outcome_receipt } as never;
      } finally {
        replaying.delete(id);
      }
    },
  );
  app.delete(
    '/wcp/dead-letters/:decision_id',
    {
      config: { access: ['admin'] },
      schema: {
        operationId: 'purgeDeadLetter',
        summary: 'Put a dead letter away; the receipts of its dispatch stay',
        params: letterPath,
        response: answers({ 200: closed({ decision_id: text }) }, PROBLEMS),
      },
    },
    async ({ params: { decision_id } }) => {
      await journal.commit([purgeChange(await findDeadLetter(storage.store, decision_id))]);
      return { decision_id } as never;
    },
  );
}

function show({ input, ...letter }: DeadLetter) {
  return { ...letter, input: JSON.parse(input) as unknown };
}

function tried(): ProblemError {
  return new ProblemError('CONFLICT', 'This was tried again already: see the decision that was made then.');
}
