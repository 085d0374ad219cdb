import { canonicalJson, type WorkerResult } from '@wcp/spec';
import { type ChainedAnswer, dispatchError } from '../../run/chained-dispatch.ts';
import { type Call, runCall, type Served } from '../call.ts';
import type { ProtocolOutput } from '../protocol-output.ts';
import type { DispatchAnswer } from './line.ts';

interface Pending {
  resolve(answer: ChainedAnswer): void;
  reject(error: Error): void;
}

/** A call on a line, from its arrival to its answer. */
export class LineCall {
  readonly #call: Call;
  readonly #output: ProtocolOutput;
  readonly #key: string | null;
  readonly #controller = new AbortController();
  readonly #pending = new Map<number, Pending>();
  #seq = 0;
  #isInputEnded = false;

  constructor(call: Call, output: ProtocolOutput) {
    this.#call = call;
    this.#output = output;
    this.#key = keyOf(call.id);
  }

  get id(): unknown {
    return this.#call.id;
  }

  /** Whether a line with this id is about this call. */
  hasId(id: unknown): boolean {
    return this.#key !== null && this.#key === keyOf(id);
  }

  /** Without an id, its chained dispatches cannot be answered. */
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

  /** Settles a chained dispatch; an answer to none is ignored. */
  receive({ seq, answer, error }: DispatchAnswer): void {
    const pending = this.#pending.get(seq);
    this.#pending.delete(seq);
    if (error === null) pending?.resolve(answer as ChainedAnswer);
    else pending?.reject(dispatchError(error));
  }

  /** Rejects every chained dispatch: no answer can come any more. */
  endInput(): void {
    this.#isInputEnded = true;
    for (const { reject } of this.#pending.values()) reject(inputEnded());
    this.#pending.clear();
  }

  readonly #dispatch = (request: unknown): Promise<ChainedAnswer> => {
    if (this.#isInputEnded) return Promise.reject(inputEnded());
    const seq = this.#seq;
    this.#seq += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(seq, { resolve, reject });
      void this.#output.writeLine(canonicalJson({ dispatch: { id: this.id, seq, asked: request } }));
    });
  };
}

function inputEnded(): Error {
  return dispatchError('The input has ended: no Hall can answer any more.');
}

function keyOf(id: unknown): string | null {
  return id === undefined ? null : canonicalJson(id);
}
