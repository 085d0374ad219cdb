import { workerData } from 'node:worker_threads';
import { serveQuestions } from '../thread/serve-questions.ts';

/** What the thread is started with. */
export interface RegoThreadData {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly data: unknown;
  readonly entrypoint: string;
  /** Pages of 64 KiB that a policy may use. */
  readonly max_pages: number;
}

const { wasm, data, entrypoint, max_pages } = workerData as RegoThreadData;

await serveQuestions(async () => {
  // A CommonJS module whose named exports differ between versions: all of them have it on the default export.
  const { default: opa } = (await import('@open-policy-agent/opa-wasm')) as unknown as {
    readonly default: typeof import('@open-policy-agent/opa-wasm');
  };
  const policy = await opa.loadPolicy(wasm, { initial: 5, maximum: max_pages });
  policy.setData(data as object);
  if (!Object.hasOwn(policy.entrypoints, entrypoint)) throw new Error(`it has no entry point ${entrypoint}`);
  return (input) => policy.evaluate(input, entrypoint);
});
