import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How the program at the other end is started. */
export interface StdioProgram {
  /** What Node runs, with its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

const LONGEST_PRINTED = 10_000;

/** A client of an MCP server at the other end of a pipe. Light on purpose: what it costs is taken from what is measured. */
export class StdioClient {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #printed = '';
  #onPrinted: () => void = () => {};
  #asked = 0;

  private constructor({ args, env }: StdioProgram) {
    this.#child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#take(line));
    stderr?.on('data', (chunk: Buffer) => {
      this.#printed = (this.#printed + chunk.toString('utf8')).slice(-LONGEST_PRINTED);
      this.#onPrinted();
    });
    this.#child.once('exit', () => this.#end());
  }

  /** Starts a program and begins a session with it. */
  static async open(program: StdioProgram): Promise<StdioClient> {
    const client = new StdioClient(program);
    await client.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1.0.0' },
    });
    client.#write({ method: 'notifications/initialized' });
    return client;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it writes to standard error from now on, once that matches. */
  nextPrinted(pattern: RegExp): Promise<RegExpExecArray> {
    this.#printed = '';
    return new Promise((resolve) => {
      this.#onPrinted = () => {
        const found = pattern.exec(this.#printed);
        if (found !== null) resolve(found);
      };
    });
  }

  /** The result of a request. */
  async request(method: string, params: object): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#write({ id, method, params });
    const { result, error } = await answer;
    if (result === undefined) throw new Error(`${method} failed: ${JSON.stringify(error)} ${this.#printed}`);
    return result;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }

  #write(message: object): void {
    this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #take(line: string): void {
    const answer = JSON.parse(line) as Answer;
    const resolve = this.#waiting.get(answer.id ?? 0);
    this.#waiting.delete(answer.id ?? 0);
    resolve?.(answer);
  }

  #end(): void {
    for (const resolve of this.#waiting.values()) resolve({ error: 'The program ended.' });
    this.#waiting.clear();
  }
}
