import { RouteDecisionSchema, WorkerResultSchema } from '@wcp/spec/document';
import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { answers, closed, nullable } from '../wire.ts';

/** `POST /wcp/chain`: a worker asks for another capability under the permit of its running call. */
export function addChainRoutes(app: HallApp, { chains }: HallParts): void {
  app.post(
    '/wcp/chain',
    {
      // The permit says who asks; no key does.
      config: { access: 'public' },
      schema: {
        operationId: 'chain',
        summary: 'Ask for another capability under the permit of a running call',
        description: 'For workers over HTTP: the bearer is the permit that came with the call.',
        body: closed({
          asked: Type.Unknown({ description: 'A capability_id, a request, and what narrows them.' }),
        }),
        response: answers(
          {
            200: closed({ decision: RouteDecisionSchema, result: nullable(WorkerResultSchema) }),
          },
          [400, 401, 429, 503],
        ),
      },
    },
    async (request) => {
      const [, permit] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      const answer = permit === undefined ? 'unknown' : await chains.ask(permit, request.body.asked);
      if (answer === 'unknown') {
        throw new ProblemError(
          'PERMIT_UNKNOWN',
          'Only a call that is running now may ask, with its own permit.',
        );
      }
      if (answer === 'too_many') {
        throw new ProblemError(
          'CHAIN_TOO_LONG',
          'One call may ask only so often. Do the work in several dispatches.',
        );
      }
      return answer as never;
    },
  );
}
