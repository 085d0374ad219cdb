import type { RunContext } from '@wcp/worker-kit';
import { embeddingsOf } from './embed-offline.ts';
import type { ModelServer } from './model-server.ts';
import { type Request, serverAnswer } from './schema.ts';
import { unitVector } from './text-vector.ts';

/** How long the server may take and how much it may answer. */
export interface ServerLimits {
  /** In milliseconds. */
  readonly time: number;
  /** In bytes. */
  readonly size: number;
}

const LIMITS: ServerLimits = { time: 60_000, size: 32 * 1024 * 1024 };
/** How many numbers an answer may hold: with six digits each they fit into a line of 8 MiB. */
const MAX_NUMBERS = 650_000;

const FAILURES = {
  EMBED_SERVER_UNREACHABLE: 'The model server cannot be reached.',
  EMBED_SERVER_TIMEOUT: 'The model server took too long: ask for fewer texts.',
  EMBED_SERVER_FAILED: 'The model server refused: does it have the model, and do the texts fit into it?',
  EMBED_ANSWER_TOO_LARGE: 'The model server answered more than may be: ask for fewer texts.',
  EMBED_ANSWER_INVALID: 'The model server’s answer does not hold one vector of one length for each text.',
} as const;

type FailureCode = keyof typeof FAILURES;

class ServerFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, options?: ErrorOptions) {
    super(FAILURES[code], options);
    this.code = code;
  }
}

/**
 * Turns texts into vectors with the model of a server. Where that fails the request is refused: vectors of
 * another model could not be compared with those that the caller has.
 */
export async function embedWithServer(
  server: ModelServer,
  { texts }: Request,
  context: RunContext,
  limits = LIMITS,
) {
  try {
    const { embeddings, tokens } = await askServer(server, texts, context, limits);
    context.usage({ model: server.model, input_tokens: tokens, output_tokens: 0 });
    return embeddingsOf(server.model, embeddings[0]?.length ?? 0, embeddings.map(unitVector));
  } catch (error) {
    console.error(error);
    if (error instanceof ServerFailure) return context.deny(error.code, error.message);
    throw error;
  }
}

async function askServer(
  { endpoint, model }: ModelServer,
  texts: readonly string[],
  context: RunContext,
  { time, size }: ServerLimits,
) {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(time)]);
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-correlation-id': context.correlation_id },
      // A text that is too long for the model is refused and not cut.
      body: JSON.stringify({ model, input: texts, truncate: false }),
      redirect: 'error',
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new ServerFailure('EMBED_SERVER_FAILED');
    }
    return readAnswer(await readBody(response, size), model, texts.length);
  } catch (cause) {
    if (cause instanceof ServerFailure) throw cause;
    throw new ServerFailure(signal.aborted ? 'EMBED_SERVER_TIMEOUT' : 'EMBED_SERVER_UNREACHABLE', { cause });
  }
}

async function readBody({ body }: Response, most: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > most) throw new ServerFailure('EMBED_ANSWER_TOO_LARGE');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function readAnswer(text: string, model: string, count: number) {
  const answer = serverAnswer.safeParse(parse(text));
  if (!answer.success) throw new ServerFailure('EMBED_ANSWER_INVALID');
  const { embeddings, model: answered = model, prompt_eval_count: tokens = 0 } = answer.data;
  const isRight =
    embeddings.length === count &&
    embeddings.every(({ length }) => length === embeddings[0]?.length) &&
    withTag(answered) === withTag(model);
  if (!isRight) throw new ServerFailure('EMBED_ANSWER_INVALID');
  if (count * (embeddings[0]?.length ?? 0) > MAX_NUMBERS) throw new ServerFailure('EMBED_ANSWER_TOO_LARGE');
  return { embeddings, tokens };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A model without a tag is the one that is tagged as the latest. */
function withTag(model: string): string {
  return model.includes(':') ? model : `${model}:latest`;
}
