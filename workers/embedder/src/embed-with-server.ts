import { isUtf8 } from 'node:buffer';
import { FOREIGN_TEXT_LIMITS, parseJson, type TextLimits } from '@wcp/spec/json';
import { isOutsideEnvelope, type RunContext } from '@wcp/worker-kit';
import { embeddingsOf } from './embed-offline.ts';
import { type Request, serverAnswer } from './schema.ts';
import { unitVector } from './text-vector.ts';

/** An Ollama-compatible server and its model. */
export interface ModelServer {
  /** The address of `POST /api/embed`. */
  readonly endpoint: URL;
  readonly model: string;
}

/** The model server of an environment: none, one, or one that cannot be used. */
export type ModelServerReading = ModelServer | 'none' | 'unusable';

/** Reads `WCP_OLLAMA_URL` and `WCP_OLLAMA_MODEL`. */
export function readModelServer(env: Readonly<Record<string, string | undefined>>): ModelServerReading {
  const { WCP_OLLAMA_URL: address = '', WCP_OLLAMA_MODEL: model = '' } = env;
  if (address === '') return 'none';
  const base = URL.parse(address);
  if (base === null || model === '' || !isPlain(base)) return 'unusable';
  return { endpoint: new URL(`${base.pathname.replace(/\/+$/, '')}/api/embed`, base), model };
}

/** An address has no user name, password, query or fragment. */
function isPlain({ protocol, username, password, search, hash }: URL): boolean {
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

/** Limits for the answer of the server. */
export interface ServerLimits {
  readonly timeout_ms: number;
  readonly max_bytes: number;
}

const LIMITS: ServerLimits = { timeout_ms: 60_000, max_bytes: 32 * 1024 * 1024 };
/** The most numbers of an answer: with six digits each they fit into a line of 8 MiB. */
const MAX_NUMBERS = 650_000;

const FAILURES = {
  EMBED_OUTSIDE_ENVELOPE:
    'The envelope of this worker does not let it reach the model server: enrol the record that --record prints with WCP_OLLAMA_URL set, and list a server with a private address in private_hosts of server.json.',
  EMBED_SERVER_UNREACHABLE:
    'The model server cannot be reached. A contained worker reaches it only with the record that --record prints with WCP_OLLAMA_URL set.',
  EMBED_SERVER_TIMEOUT: 'The model server took too long: send fewer texts.',
  EMBED_SERVER_FAILED:
    'The model server refused the request: check that it has the model and that the texts fit into it.',
  EMBED_ANSWER_TOO_LARGE: 'The answer of the model server is too large: send fewer texts.',
  EMBED_ANSWER_INVALID:
    'The answer of the model server does not have one vector of the same length for each text.',
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
 * Turns texts into vectors with the model of a server. When that fails the request is denied: vectors of
 * another model could not be compared with those of the caller.
 */
export async function embedWithServer(
  server: ModelServer,
  { texts }: Request,
  context: RunContext,
  limits = LIMITS,
) {
  try {
    const { embeddings, tokens } = await requestVectors(server, texts, context, limits);
    context.usage({ model: server.model, input_tokens: tokens, output_tokens: 0 });
    return embeddingsOf(server.model, embeddings[0]?.length ?? 0, embeddings.map(unitVector));
  } catch (error) {
    console.error(error);
    if (error instanceof ServerFailure) return context.deny(error.code, error.message);
    throw error;
  }
}

async function requestVectors(
  { endpoint, model }: ModelServer,
  texts: readonly string[],
  context: RunContext,
  { timeout_ms, max_bytes }: ServerLimits,
) {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout_ms)]);
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-correlation-id': context.correlation_id },
      // A text that is too long for the model is refused, not truncated.
      body: JSON.stringify({ model, input: texts, truncate: false }),
      redirect: 'error',
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new ServerFailure('EMBED_SERVER_FAILED');
    }
    return readAnswer(await readBody(response, max_bytes), model, texts.length);
  } catch (cause) {
    if (cause instanceof ServerFailure) throw cause;
    throw new ServerFailure(signal.aborted ? 'EMBED_SERVER_TIMEOUT' : failureOf(cause), { cause });
  }
}

function failureOf(cause: unknown): FailureCode {
  return isOutsideEnvelope(cause) ? 'EMBED_OUTSIDE_ENVELOPE' : 'EMBED_SERVER_UNREACHABLE';
}

async function readBody({ body }: Response, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body ?? []) {
    size += part.length;
    if (size > maxBytes) throw new ServerFailure('EMBED_ANSWER_TOO_LARGE');
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  if (!isUtf8(bytes)) throw new ServerFailure('EMBED_ANSWER_INVALID');
  return bytes.toString('utf8');
}

function readAnswer(text: string, model: string, count: number) {
  const answer = serverAnswer.safeParse(parse(text));
  if (!answer.success) throw new ServerFailure('EMBED_ANSWER_INVALID');
  const { embeddings, model: answeredModel = model, prompt_eval_count: tokens = 0 } = answer.data;
  const isValid =
    embeddings.length === count &&
    embeddings.every(({ length }) => length === embeddings[0]?.length) &&
    withTag(answeredModel) === withTag(model);
  if (!isValid) throw new ServerFailure('EMBED_ANSWER_INVALID');
  if (count * (embeddings[0]?.length ?? 0) > MAX_NUMBERS) throw new ServerFailure('EMBED_ANSWER_TOO_LARGE');
  return { embeddings, tokens };
}

/** An answer is an object with a list of lists of numbers; its numbers are bounded by its size. */
const ANSWER_LIMITS: TextLimits = { ...FOREIGN_TEXT_LIMITS, depth: 16, values: Number.POSITIVE_INFINITY };

function parse(text: string): unknown {
  try {
    return parseJson(text, ANSWER_LIMITS);
  } catch {
    return undefined;
  }
}

/** A model without a tag is the one with the tag "latest". */
function withTag(model: string): string {
  return model.includes(':') ? model : `${model}:latest`;
}
