import { z } from 'zod';
import { ProblemError } from '../../../base/problem.ts';
import { objectIn, textIn } from '../bounded-json.ts';

/** What is read of a `block_actions` payload; everything else in it is left. */
export interface Interaction {
  readonly team: string;
  readonly channel: string;
  /** The id of the account that clicked. */
  readonly user: string;
  /** The value of the button; null for one that opens a page. */
  readonly value: string | null;
}

const id = z.string().min(1).max(64);
const form = z.object({
  type: z.literal('block_actions'),
  team: z.object({ id }),
  channel: z.object({ id }),
  user: z.object({ id }),
  actions: z.tuple([z.object({ action_id: z.string().max(255), value: z.string().max(2000).optional() })]),
});

/** Reads the body of a callback. @throws {ProblemError} `INVALID_BODY` */
export function readInteraction(body: Buffer): Interaction {
  const parameters = new URLSearchParams(textIn(body) ?? '');
  const payloads = parameters.getAll('payload');
  const read = form.safeParse(payloads.length === 1 ? objectIn(Buffer.from(payloads[0] ?? '')) : null);
  if (!read.success)
    throw new ProblemError('INVALID_BODY', 'This is not a click on one button of a message.');
  const { team, channel, user, actions } = read.data;
  return { team: team.id, channel: channel.id, user: user.id, value: actions[0].value ?? null };
}
