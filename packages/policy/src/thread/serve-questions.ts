import { parentPort } from 'node:worker_threads';

/** What a thread is asked. */
export interface ThreadQuestion {
  readonly id: number;
  readonly question: unknown;
}

/** What a thread says: first whether it is ready (`id` 0), then an answer to each question. */
export type ThreadAnswer =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: string };

/**
 * Makes a thread ready and answers its questions. One that never comes to an end holds up nothing but this thread, which
 * is then ended from outside.
 *
 * @param prepare gives what answers; where it fails, every question does
 */
export async function serveQuestions<Question>(
  prepare: () => Promise<(question: Question) => unknown>,
): Promise<void> {
  const answering = prepare();
  say(0, await outcomeOf(async () => void (await answering)));
  parentPort?.on('message', async ({ id, question }: ThreadQuestion) => {
    say(id, await outcomeOf(async () => (await answering)(question as Question)));
  });
}

type Outcome = { readonly answer: unknown } | { readonly failure: string };

async function outcomeOf(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { answer: await run() };
  } catch (error) {
    return { failure: textOf(error) };
  }
}

function say(id: number, outcome: Outcome): void {
  parentPort?.postMessage({ id, ...outcome } satisfies ThreadAnswer);
}

/** Engines throw texts and objects as well as errors. */
function textOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return String(typeof message === 'string' ? message : error).slice(0, 500);
}
