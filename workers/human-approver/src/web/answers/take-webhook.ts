import type { Answer } from '../answer.ts';
import type { Asked, WebParts } from '../asked.ts';
import type { Notice } from '../webhook-gate.ts';

/** What the Hall is told. It tries again what is not answered with 2xx. */
const ANSWERS: Readonly<Record<Notice, Answer>> = {
  new: { status: 204, text: '' },
  known: { status: 204, text: '' },
  replayed: { status: 409, text: 'This notice was taken already, or is older than this process.\n' },
  unsigned: { status: 401, text: 'This is not signed by the Hall, or not now.\n' },
  'no-notice': { status: 400, text: 'This is no notice of an approval.\n' },
};

/** `POST /webhook`: a notice of the Hall makes the open pages look again. */
export function takeWebhook({ body, headers }: Asked, { webhooks, listeners }: WebParts): Answer {
  if (webhooks === null) return { status: 404, text: 'WCP_WEBHOOK_SECRET is not set.\n' };
  const notice = webhooks.take(body, headers);
  if (notice === 'new') listeners.tell();
  return ANSWERS[notice];
}

/** `GET /events`: an open page listens. */
export function listen(_: Asked, { listeners }: WebParts): Answer {
  if (!listeners.hasRoom) return { status: 503, text: 'Too many pages are open.\n' };
  return { status: 200, stream: (response) => listeners.add(response) };
}
