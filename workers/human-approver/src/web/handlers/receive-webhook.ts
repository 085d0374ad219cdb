import type { ReceivedRequest, WebServices } from '../request.ts';
import type { WebResponse } from '../response.ts';
import type { NoticeOutcome } from '../webhook-receiver.ts';

/** The responses to the Hall, which sends a notice again until the response is 2xx. */
const RESPONSES: Readonly<Record<NoticeOutcome, WebResponse>> = {
  new: { status: 204, text: '' },
  known: { status: 204, text: '' },
  replayed: { status: 409, text: 'This notice was already received, or is older than this process.\n' },
  unsigned: { status: 401, text: 'The Hall did not sign this notice, or not at this time.\n' },
  'not-a-notice': { status: 400, text: 'This is not a notice of an approval.\n' },
};

/** `POST /webhook`: a notice of the Hall makes the open pages refresh. */
export function receiveWebhook(
  { body, headers }: ReceivedRequest,
  { webhooks, livePages }: WebServices,
): WebResponse {
  if (webhooks === null) return { status: 404, text: 'WCP_WEBHOOK_SECRET is not set.\n' };
  const outcome = webhooks.receive(body, headers);
  if (outcome === 'new') livePages.refresh();
  return RESPONSES[outcome];
}

/** `GET /events`: the events of an open page. */
export function streamEvents(_: ReceivedRequest, { livePages }: WebServices): WebResponse {
  if (!livePages.hasRoom) return { status: 503, text: 'Too many pages are open.\n' };
  return { status: 200, stream: (response) => livePages.add(response) };
}
