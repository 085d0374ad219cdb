import { RecipientError } from './checkpoint-recipient.ts';

/** A body to be sent. */
export interface Posted {
  readonly body: string | Uint8Array;
  readonly type: string;
}

/** An answer, read whole within its bound. */
export interface PostAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

const MAX_BYTES = 65_536;

/**
 * Sends a body and reads the answer. No redirect is followed: the answer must not choose who witnesses.
 *
 * @throws {RecipientError} `UNREACHABLE` or `TOO_LARGE`
 */
export async function post(url: string, { body, type }: Posted, signal: AbortSignal): Promise<PostAnswer> {
  const headers = { 'content-type': type };
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    const answer = await readBounded(response.body);
    if (answer === null) throw new RecipientError('TOO_LARGE', 'The answer is too long.');
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: answer };
  } catch (error) {
    if (error instanceof RecipientError) throw error;
    throw new RecipientError('UNREACHABLE', 'It cannot be reached, or did not answer in time.');
  }
}

/** Null where there is more than {@link MAX_BYTES}; leaving the loop closes the connection. */
export async function readBounded(body: Response['body']): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body ?? []) {
    length += part.length;
    if (length > MAX_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What another status than the expected one means to an operator. */
export function refusedWith({ status }: PostAnswer): RecipientError {
  return new RecipientError(`STATUS_${status}`, `It answered with the status ${status}.`);
}
