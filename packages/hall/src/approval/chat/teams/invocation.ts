import { z } from 'zod';
import { ProblemError } from '../../../base/problem.ts';
import { objectIn } from '../bounded-json.ts';

/** What is read of an `adaptiveCard/action` activity; everything else in it is left. */
export interface Invocation {
  readonly service_url: string;
  readonly tenant: string;
  readonly conversation: string;
  /** The id in Entra ID of the account that clicked. */
  readonly user: string;
  readonly value: unknown;
}

const text = z.string().min(1).max(1024);
const form = z.object({
  type: z.literal('invoke'),
  name: z.literal('adaptiveCard/action'),
  channelId: z.literal('msteams'),
  serviceUrl: text,
  from: z.object({ aadObjectId: text }),
  conversation: z.object({ id: text }),
  channelData: z.object({ tenant: z.object({ id: text }) }),
  value: z.object({
    action: z.object({ verb: z.literal('wcp_resolve'), data: z.object({ wcp: z.unknown() }) }),
  }),
});

/** Reads the body of a callback. @throws {ProblemError} `INVALID_BODY` */
export function readInvocation(body: Buffer): Invocation {
  const read = form.safeParse(objectIn(body));
  if (!read.success) throw new ProblemError('INVALID_BODY', 'This is not a click on a button of a card.');
  const { serviceUrl, from, conversation, channelData, value } = read.data;
  return {
    service_url: serviceUrl,
    tenant: channelData.tenant.id,
    // In a channel, the id of the message follows that of the conversation.
    conversation: conversation.id.split(';')[0] ?? '',
    user: from.aadObjectId,
    value: value.action.data.wcp,
  };
}
