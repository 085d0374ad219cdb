import { open } from 'node:fs/promises';
import type { Change } from '../storage/store/store.ts';
import type { CheckpointCopy } from './checkpoint-options.ts';
import { type CheckpointRecipient, RecipientError, type SignedCheckpoint } from './checkpoint-recipient.ts';
import { post, refusedWith } from './post.ts';

/** A place of the operator's where every checkpoint is added: whoever changes the log cannot change it there. */
export class CopyRecipient implements CheckpointRecipient {
  readonly kind = 'copy';
  readonly name: string;
  readonly every_seconds = 0;
  readonly #place: CheckpointCopy;

  constructor(place: CheckpointCopy) {
    // The rest of an address may hold a key.
    this.name = 'url' in place ? new URL(place.url).origin : place.file;
    this.#place = place;
  }

  async send({ note }: SignedCheckpoint, signal: AbortSignal): Promise<readonly Change[]> {
    if ('file' in this.#place) await append(this.#place.file, note);
    else await deliver(this.#place.url, note, signal);
    return [];
  }
}

/** Only ever opened for appending, which is all that a file with that attribute allows; an empty line ends each note. */
async function append(file: string, note: string): Promise<void> {
  try {
    const opened = await open(file, 'a', 0o644);
    try {
      await opened.appendFile(`${note}\n`);
      await opened.sync();
    } finally {
      await opened.close();
    }
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    throw new RecipientError('UNWRITABLE', `It cannot be written (${code}).`);
  }
}

async function deliver(url: string, note: string, signal: AbortSignal): Promise<void> {
  const answer = await post(url, { body: note, type: 'text/plain; charset=utf-8' }, signal);
  if (answer.status < 200 || answer.status > 299) throw refusedWith(answer);
}
