import { Type } from 'typebox';
import { closed } from '../../document/schema/common.ts';
import { ENDPOINTS } from '../../endpoints/endpoints.ts';
import { type Operation, textUpTo, USUAL_PROBLEMS } from '../operation.ts';
import { READERS } from '../roles.ts';

/** Events as they become durable. */
export const EVENT_OPERATIONS = {
  followEvents: {
    ...ENDPOINTS.followEvents,
    summary: 'Events as they become durable (text/event-stream); resumes after `Last-Event-ID`',
    access: READERS,
    query: closed({
      since: Type.Optional(textUpTo(40, { description: 'Like Last-Event-ID; 0 for every event.' })),
    }),
    headers: Type.Object(
      {
        'last-event-id': Type.Optional(textUpTo(40, { description: 'The id of the last event received.' })),
      },
      { additionalProperties: true },
    ),
    answers: { 200: Type.String({ description: 'A stream of events.' }) },
    problems: USUAL_PROBLEMS,
  },
} satisfies Readonly<Record<string, Operation>>;
