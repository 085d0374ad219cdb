import { Readable } from 'node:stream';
import { READERS } from '@wcp/spec/hall';
import { hasRole } from '../../identity/principal.ts';
import { currentPrincipal, visibleTenant } from '../access.ts';
import { followEvents, listenTo, readEventId } from '../event-stream.ts';
import { type Routes, StreamReply } from '../route.ts';

/** `GET /wcp/events`: every event once it is durable, as server-sent events that can be resumed. */
export const EVENT_ROUTES = {
  followEvents: {
    async handle({ hall, query, principal, request }) {
      const tenant = visibleTenant(principal);
      const from = readEventId(String(request.headers['last-event-id'] ?? query.since ?? ''));
      const live = listenTo(hall.feed);
      const reader = {
        from,
        tenant,
        async isStillAllowed() {
          const now = await currentPrincipal(hall, request);
          return now !== null && hasRole(now, READERS) && visibleTenant(now) === tenant;
        },
      };
      return new StreamReply(Readable.from(followEvents(hall.feed, live, reader)), () => live.stop());
    },
  },
} satisfies Partial<Routes>;
