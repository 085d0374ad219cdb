import { parentPort, workerData } from 'node:worker_threads';
import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';

/** What the thread is started with. */
export interface RegoThreadData {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly data: unknown;
  readonly entrypoint: string;
  /** Pages of 64 KiB that a policy may use. */
  readonly max_pages: number;
}

/** What the thread is asked. */
export interface RegoQuestion {
  readonly id: number;
  readonly input: unknown;
}

/** What the thread says: first whether it is ready (`id` 0), then an answer to each question. */
export type RegoAnswer =
  | { readonly id: number; readonly results: unknown }
  | { readonly id: number; readonly failure: string };

/**
 * A thread that evaluates policies: one that never ends holds up nothing but this thread, which is then ended from
 * outside.
 */
const port = parentPort;
const { wasm, data, entrypoint, max_pages } = workerData as RegoThreadData;
let policy: LoadedPolicy | null = null;

try {
  // A CommonJS module whose named exports differ between versions: all of them have it on the default export.
  const { default: opa } = (await import('@open-policy-agent/opa-wasm')) as unknown as {
    readonly default: typeof import('@open-policy-agent/opa-wasm');
  };
  policy = await opa.loadPolicy(wasm, { initial: 5, maximum: max_pages });
  policy.setData(data as object);
  if (!Object.hasOwn(policy.entrypoints, entrypoint)) throw new Error(`it has no entry point ${entrypoint}`);
  say({ id: 0, results: [] });
} catch (error) {
  say({ id: 0, failure: textOf(error) });
}

port?.on('message', ({ id, input }: RegoQuestion) => {
  try {
    say({ id, results: policy?.evaluate(input, entrypoint) });
  } catch (error) {
    say({ id, failure: textOf(error) });
  }
});

function say(answer: RegoAnswer): void {
  port?.postMessage(answer);
}

/** The runtime throws texts and objects as well as errors. */
function textOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  return String(typeof message === 'string' ? message : error).slice(0, 500);
}
