import { findingOf, resultLine, resultWithCode, type Served } from '../call.ts';
import type { ProtocolOutput } from '../protocol-output.ts';
import { type InvalidLine, type Line, readLine } from './line.ts';
import { LineCall } from './line-call.ts';
import { LineQueue } from './line-queue.ts';
import { type InputLine, readInputLines } from './read-lines.ts';

/**
 * Answers calls on lines, in order, until the end of the input. It reads on while a call runs: a line may cancel
 * it, or answer its chained dispatch. False where the reader of the answers is gone.
 */
export async function serveLines(served: Served, output: ProtocolOutput): Promise<boolean> {
  const server = new LineServer(served, output);
  void server.read(readInputLines(process.stdin));
  return server.answer();
}

class LineServer {
  readonly #served: Served;
  readonly #output: ProtocolOutput;
  readonly #queue = new LineQueue<LineCall | InvalidLine>();
  readonly #calls = new Set<LineCall>();

  constructor(served: Served, output: ProtocolOutput) {
    this.#served = served;
    this.#output = output;
  }

  async read(lines: AsyncIterable<InputLine>): Promise<void> {
    try {
      for await (const line of lines) {
        await this.#take(readLine(line), line.kind === 'line' ? line.text.length : 0);
      }
    } catch {
      // A broken input has ended.
    }
    for (const call of this.#calls) call.endInput();
    this.#queue.end();
  }

  async answer(): Promise<boolean> {
    for (let next = await this.#queue.next(); next !== null; next = await this.#queue.next()) {
      const line = next instanceof LineCall ? await this.#run(next) : this.#answerInvalid(next);
      if (!(await this.#output.writeLine(line))) return false;
    }
    return true;
  }

  async #take(line: Line, size: number): Promise<void> {
    switch (line.kind) {
      case 'call': {
        const call = new LineCall(line.call, this.#output);
        this.#calls.add(call);
        return this.#queue.push(call, size);
      }
      case 'invalid':
        return this.#queue.push(line, size);
      case 'cancel':
        for (const call of this.#calls) if (call.hasId(line.id)) call.cancel();
        return;
      case 'dispatched':
        for (const call of this.#calls) if (call.hasId(line.id)) call.receive(line);
        return;
      case 'blank':
    }
  }

  async #run(call: LineCall): Promise<string> {
    const result = await call.run(this.#served);
    this.#calls.delete(call);
    return resultLine(result, call.id);
  }

  #answerInvalid({ code, message, id }: InvalidLine): string {
    const findings = message === null ? [] : findingOf(message);
    return resultLine(resultWithCode(this.#served.worker, code, findings), id);
  }
}
