import { findingOf, refuseCall, resultLine, type Served } from './call.ts';
import { type Line, readLine } from './line.ts';
import { LineCall } from './line-call.ts';
import { LineQueue } from './line-queue.ts';
import type { ProtocolOutput } from './protocol-output.ts';
import { type InputLine, readInputLines } from './read-lines.ts';

/**
 * Answers calls that come as lines, in order, until the end of the input. It reads on while a call runs:
 * a line may cancel it, or answer what it dispatched. False where nobody reads the answers any more.
 */
export async function serveLines(served: Served, output: ProtocolOutput): Promise<boolean> {
  const server = new LineServer(served, output);
  void server.read(readInputLines(process.stdin));
  return server.answer();
}

type Problem = Extract<Line, { kind: 'problem' }>;

class LineServer {
  readonly #served: Served;
  readonly #output: ProtocolOutput;
  readonly #queue = new LineQueue<LineCall | Problem>();
  readonly #calls = new Set<LineCall>();

  constructor(served: Served, output: ProtocolOutput) {
    this.#served = served;
    this.#output = output;
  }

  async read(lines: AsyncIterable<InputLine>): Promise<void> {
    try {
      for await (const line of lines) {
        await this.#take(readLine(line), 'text' in line ? line.text.length : 0);
      }
    } catch {
      // An input that breaks has ended.
    }
    for (const call of this.#calls) call.leaveAlone();
    this.#queue.end();
  }

  async answer(): Promise<boolean> {
    for (let next = await this.#queue.next(); next !== null; next = await this.#queue.next()) {
      const line = next instanceof LineCall ? await this.#run(next) : this.#refuse(next);
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
      case 'problem':
        return this.#queue.push(line, size);
      case 'cancel':
        for (const call of this.#calls) if (call.isCalled(line.id)) call.cancel();
        return;
      case 'dispatched':
        for (const call of this.#calls) if (call.isCalled(line.id)) call.hear(line);
        return;
      case 'blank':
    }
  }

  async #run(call: LineCall): Promise<string> {
    const result = await call.run(this.#served);
    this.#calls.delete(call);
    return resultLine(result, call.id);
  }

  #refuse({ code, problem, id }: Problem): string {
    const findings = problem === null ? [] : findingOf(problem);
    return resultLine(refuseCall(this.#served.worker, code, findings), id);
  }
}
