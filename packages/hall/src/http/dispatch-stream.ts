import { Readable } from 'node:stream';
import type { ProblemError } from '../base/problem.ts';
import type { DispatchSetting } from '../dispatch/dispatcher.ts';
import { problemDocument } from './problem-document.ts';

const HEARTBEAT_MS = 15_000;
/** Progress is dropped where its reader leaves more than so many bytes unread, or where it is longer than it may be. */
const MAX_UNREAD = 1_048_576;
const MAX_PROGRESS = 65_536;

/** A dispatch whose caller follows it. */
export interface FollowedDispatch {
  run(client: Required<Pick<DispatchSetting, 'cancel' | 'onProgress'>>): Promise<object>;
  /** What the caller is told of an error. */
  problemOf(error: unknown): ProblemError;
}

/** Dispatches, and tells of it in server-sent events: progress, then the answer. A reader that goes away cancels it. */
export function dispatchStream({ run, problemOf }: FollowedDispatch): Readable {
  const cancelled = new AbortController();
  const heartbeat = setInterval(() => send(stream, ': still here\n\n'), HEARTBEAT_MS);
  const stream = new Readable({
    read() {},
    destroy(error, done) {
      clearInterval(heartbeat);
      cancelled.abort();
      done(error);
    },
  });
  send(stream, ': connected\n\n');
  const onProgress = (progress: unknown) => {
    const text = eventText('progress', progress);
    if (text.length <= MAX_PROGRESS && stream.readableLength <= MAX_UNREAD) send(stream, text);
  };
  const end = (text: string) => {
    send(stream, text);
    send(stream, null);
  };
  run({ cancel: cancelled.signal, onProgress }).then(
    (answer) => end(eventText('answer', answer)),
    (error) => {
      // Nobody reads why a dispatch that its caller withdrew did not begin.
      if (!stream.destroyed) end(eventText('problem', problemDocument(problemOf(error))));
    },
  );
  return stream;
}

function send(stream: Readable, text: string | null): void {
  if (!stream.destroyed) stream.push(text);
}

/** JSON has no line ends of its own: the data are one line. */
function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
