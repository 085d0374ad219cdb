import { PassThrough } from 'node:stream';
import { type StdioFace, type StdioFaceOptions, serveStdioFace } from '../../src/face/stdio/stdio-face.ts';
import { ACME, FakeGateway } from './fake-gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
export type Json = any;

/** A client that writes lines and reads lines, without any SDK. */
export class PipeClient {
  readonly toFace = new PassThrough();
  readonly fromFace = new PassThrough();
  readonly face: StdioFace;
  readonly received: Json[] = [];
  readonly lines: string[] = [];
  #waiting: (() => void)[] = [];
  #id = 0;

  constructor(options: Partial<StdioFaceOptions> = {}) {
    const gateway = options.gateway ?? new FakeGateway();
    const streams = { input: this.toFace, output: this.fromFace };
    this.face = serveStdioFace({ caller: ACME, holds: { poll_ms: 5 }, ...options, gateway, ...streams });
    let rest = '';
    this.fromFace.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString('utf8')).split('\n');
      rest = parts.pop() as string;
      for (const line of parts) this.#take(line);
    });
  }

  write(message: unknown): void {
    this.toFace.write(`${JSON.stringify(message)}\n`);
  }

  /** Sends a request and returns its id. */
  send(method: string, params?: unknown): number {
    this.#id += 1;
    this.write({ jsonrpc: '2.0', id: this.#id, method, params });
    return this.#id;
  }

  notify(method: string, params?: unknown): void {
    this.write({ jsonrpc: '2.0', method, params });
  }

  /** Sends a request and resolves with the message that answers it. */
  ask(method: string, params?: unknown): Promise<Json> {
    const id = this.send(method, params);
    return this.message((message) => message.id === id && message.method === undefined);
  }

  /** Resolves with the first message that satisfies a condition, received or to come. */
  async message(isWanted: (message: Json) => boolean): Promise<Json> {
    for (;;) {
      const found = this.received.find(isWanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Begins a session of a revision with `initialize`. */
  async initialize(capabilities: unknown = {}, protocolVersion = '2025-11-25'): Promise<Json> {
    const clientInfo = { name: 'raw', version: '1' };
    const answer = await this.ask('initialize', { protocolVersion, capabilities, clientInfo });
    this.notify('notifications/initialized');
    return answer;
  }

  #take(line: string): void {
    this.lines.push(line);
    this.received.push(JSON.parse(line));
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** The `_meta` of a request of 2026-07-28. */
export function metaOf(capabilities: unknown = {}, more: object = {}): object {
  return {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...more,
  };
}

/** What a client declares that can open pages. */
export const CAN_OPEN = { elicitation: { url: {} } };
