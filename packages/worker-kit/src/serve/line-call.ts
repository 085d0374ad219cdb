import { canonicalJson, type WorkerResult } from '@wcp/spec';
import { type ChainedAnswer, problem } from '../run/chained-dispatch.ts';
import { type Call, runCall, type Served } from './call.ts';
import type { Dispatched } from './line.ts';
import type { ProtocolOutput } from './protocol-output.ts';

interface Waiting {
  resolve(answer: ChainedAnswer): void;
  reject(error: Error): void;
}

/** A call that came as a line, from its arrival to its answer. */
export class LineCall {
  readonly #call: Call;
  readonly #output: ProtocolOutput;
  readonly #key: string | null;
  readonly #controller = new AbortController();
  readonly #waiting = new Map<number, Waiting>();
  #seq = 0;
  #isAlone = false;

  constructor(call: Call, output: ProtocolOutput) {
    this.#call = call;
    this.#output = output;
    this.#key = keyOf(call.id);
  }

  get id(): unknown {
    return this.#call.id;
  }

  /** Whether a line with this id speaks of this call. */
  isCalled(id: unknown): boolean {
    return this.#key !== null && this.#key === keyOf(id);
  }

  /** Without an id nobody can answer what it dispatches. */
  run(served: Served): Promise<WorkerResult> {
    const { signal } = this.#controller;
    return runCall(
      served,
      this.#call,
      this.#key === null ? { signal } : { signal, dispatch: this.#dispatch },
    );
  }

  cancel(): void {
    this.#controller.abort();
  }

  /** The Hall has answered. An answer that nobody waits for goes nowhere. */
  hear({ seq, answer, error }: Dispatched): void {
    const waiting = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    if (error === null) waiting?.resolve(answer as ChainedAnswer);
    else waiting?.reject(problem(error));
  }

  /** Nobody is there any more who could answer. */
  leaveAlone(): void {
    this.#isAlone = true;
    for (const { reject } of this.#waiting.values()) reject(unheard());
    this.#waiting.clear();
  }

  readonly #dispatch = (asked: unknown): Promise<ChainedAnswer> => {
    if (this.#isAlone) return Promise.reject(unheard());
    const seq = this.#seq;
    this.#seq += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(seq, { resolve, reject });
      void this.#output.writeLine(canonicalJson({ dispatch: { id: this.id, seq, asked } }));
    });
  };
}

function unheard(): Error {
  return problem('The input has ended: there is no Hall that could answer.');
}

function keyOf(id: unknown): string | null {
  return id === undefined ? null : canonicalJson(id);
}
