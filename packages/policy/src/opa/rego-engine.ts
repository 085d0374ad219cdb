import { Worker } from 'node:worker_threads';
import type { PolicyGateRequest } from '@wcp/router';
import type { EngineAnswer, PolicyEngine } from '../base/policy-source.ts';
import { readRegoDecision } from './rego-decision.ts';
import type { RegoAnswer, RegoQuestion, RegoThreadData } from './rego-thread.ts';

/** Beside this file in the sources; in the build this file may be part of a chunk at the root of `dist`. */
const PROGRAM = programBeside(import.meta.url);

/** Memory that a policy may use, in pages of 64 KiB: 128 MiB. */
const MAX_PAGES = 2_048;
/** Milliseconds within which a thread must have loaded its policy. */
const LOAD_MS = 10_000;

/** Milliseconds without an answer after which a thread that owes one is stuck: each takes far less than one. */
const STUCK_MS = 200;

/** What is loaded into a thread. */
export interface RegoPolicy {
  readonly wasm: Uint8Array<ArrayBuffer>;
  readonly data: unknown;
  readonly entrypoint: string;
}

/**
 * Policies of Rego in a thread of their own. A policy that does not end ends the thread, and every question that waits for
 * it with it; another thread is started at once. A thread that is only busy goes on.
 */
export class RegoEngine implements PolicyEngine {
  readonly policy_version: string;
  readonly #policy: RegoPolicy;
  #thread: Promise<RegoThread> | null = null;
  #isClosed = false;

  constructor(policy: RegoPolicy, policy_version: string) {
    this.#policy = policy;
    this.policy_version = policy_version;
  }

  /** Starts the thread. @throws {Error} where it cannot load the policy */
  async open(): Promise<void> {
    await this.#running();
  }

  async decide(request: PolicyGateRequest, signal: AbortSignal): Promise<EngineAnswer> {
    const thread = await this.#running();
    const results = await thread.ask(request, signal);
    return readRegoDecision(readResults(results), this.#policy.entrypoint);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#thread?.catch(() => null))?.end('The policies were closed.');
  }

  #running(): Promise<RegoThread> {
    if (this.#isClosed) throw new Error('The policies are closed.');
    this.#thread ??= this.#start();
    return this.#thread;
  }

  #start(): Promise<RegoThread> {
    const starting = startThread(this.#policy, (hasRun) => {
      // One that never ran would not run now either: the next question tries again.
      this.#thread = hasRun && !this.#isClosed ? this.#start() : null;
    });
    starting.catch(() => {});
    return starting;
  }
}

/** The value of the rule: undefined where there is no result. @throws {Error} for what no evaluation gives */
function readResults(results: unknown): unknown {
  if (!Array.isArray(results) || results.length > 1) throw new Error('The policy gave no set of results.');
  return (results[0] as { readonly result?: unknown } | undefined)?.result;
}

/** @param onEnd is called once the thread can no longer be asked, with whether it ever could */
async function startThread(policy: RegoPolicy, onEnd: (hasRun: boolean) => void): Promise<RegoThread> {
  const workerData: RegoThreadData = { ...policy, max_pages: MAX_PAGES };
  // What a policy prints must not reach the output of the Hall; it gets none of its variables.
  const worker = new Worker(PROGRAM, { workerData, env: {}, stdout: true, stderr: true });
  worker.stdout.resume();
  worker.stderr.resume();
  const thread = new RegoThread(worker, onEnd);
  try {
    await thread.loaded(AbortSignal.timeout(LOAD_MS));
    return thread;
  } catch (error) {
    await thread.end('The policy cannot be loaded.');
    throw error;
  }
}

interface Waiting {
  resolve(results: unknown): void;
  reject(error: Error): void;
}

class RegoThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEnd: (hasRun: boolean) => void;
  #asked = 0;
  /** When it last said something, or was asked while it had nothing to do; in milliseconds. */
  #active = 0;
  #hasRun = false;
  #ended: string | null = null;

  constructor(worker: Worker, onEnd: (hasRun: boolean) => void) {
    this.#worker = worker;
    this.#onEnd = onEnd;
    worker.on('message', (answer: RegoAnswer) => this.#take(answer));
    worker.on(
      'error',
      (error: Error) => void this.end(`The thread of the policies failed: ${error.message}`),
    );
    worker.on('exit', () => void this.end('The thread of the policies ended.'));
  }

  loaded(signal: AbortSignal): Promise<unknown> {
    return this.#wait(0, signal);
  }

  ask(input: PolicyGateRequest, signal: AbortSignal): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const answer = this.#wait(id, signal);
    if (this.#ended === null) this.#worker.postMessage({ id, input } satisfies RegoQuestion);
    return answer;
  }

  /** Ends the thread; what waits for it fails. */
  async end(why: string): Promise<void> {
    if (this.#ended === null) {
      this.#ended = why;
      this.#onEnd(this.#hasRun);
      for (const { reject } of this.#waiting.values()) reject(new Error(why));
      this.#waiting.clear();
    }
    await this.#worker.terminate();
  }

  #wait(id: number, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) return reject(new Error(this.#ended));
      const late = () => this.#late(id);
      signal.addEventListener('abort', late, { once: true });
      if (this.#waiting.size === 0) this.#active = performance.now();
      // The process stays for an answer, and not for a thread that nobody asks.
      this.#worker.ref();
      const done = (settle: () => void) => {
        signal.removeEventListener('abort', late);
        settle();
      };
      this.#waiting.set(id, {
        resolve: (results) => done(() => resolve(results)),
        reject: (error) => done(() => reject(error)),
      });
    });
  }

  #take(answer: RegoAnswer): void {
    this.#active = performance.now();
    this.#hasRun ||= !('failure' in answer);
    const waiting = this.#forget(answer.id);
    if ('failure' in answer) waiting?.reject(new Error(`The policy failed: ${answer.failure}`));
    else waiting?.resolve(answer.results);
  }

  /** A thread that answered a moment ago is busy with others; one that has not for a while is in a policy without an end. */
  #late(id: number): void {
    const why = 'The policies did not answer in time.';
    if (performance.now() - this.#active > STUCK_MS) void this.end(why);
    else this.#forget(id)?.reject(new Error(why));
  }

  #forget(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    return waiting;
  }
}

function programBeside(here: string): URL {
  const name = `rego-thread.${here.endsWith('.ts') ? 'ts' : 'js'}`;
  return new URL(/\/opa\/[^/]+$/.test(here) ? `./${name}` : `./opa/${name}`, here);
}
