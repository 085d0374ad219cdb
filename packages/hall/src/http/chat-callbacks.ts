import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../base/problem.ts';
import type { HallParts } from './hall-parts.ts';

/** A click with the message around it; in bytes. */
const MAX_BODY = 512 * 1024;
/** No key opens them: what the service of the chat sends is signed by it, over the body as it came. */
const CALLBACK = { config: { access: 'public' }, schema: { hide: true }, bodyLimit: MAX_BODY } as const;

/** Adds the addresses to which chats send what stewards click. */
export async function addChatCallbacks(app: FastifyInstance, hall: HallParts): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_: unknown, body: Buffer | string) => body);
    scope.post('/wcp/approvals/slack', CALLBACK, (request, reply) => {
      const { chats, clicks, clock } = hall;
      if (chats.slack === null) throw unconfigured('slack');
      chats.slack.receive(request.headers, bodyOf(request), clicks, clock);
      return reply.code(200).send();
    });
    scope.post('/wcp/approvals/teams', CALLBACK, (request) => {
      const { chats, clicks, clock } = hall;
      if (chats.teams === null) throw unconfigured('teams');
      return chats.teams.receive(request.headers, bodyOf(request), clicks, clock);
    });
  });
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function unconfigured(chat: string): ProblemError {
  return new ProblemError(
    'NOT_FOUND',
    `This Hall is not in that chat: see approvals.${chat} of server.json.`,
  );
}
