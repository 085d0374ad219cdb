import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Enforcement } from '@wcp/spec/document';
import { escapeText } from '@wcp/spec/json';
import type { Channel, ChannelListener } from '../rpc/channel.ts';
import { type RpcMessage, writeMessage } from '../rpc/message.ts';
import { limitsOf, type StdioSettings, type UpstreamLimits } from '../settings.ts';
import { UpstreamError } from '../upstream-error.ts';
import { LogLines } from './log-lines.ts';
import { MessageReader } from './message-reader.ts';
import type { PackageBytes } from './package-bytes.ts';
import { type StartedProcess, startProcess } from './start-process.ts';

/** Milliseconds that a server may take to end by itself when its input has ended. */
const POLITE_MS = 250;
/** Milliseconds for what is left in the pipe. */
const REST_MS = 200;

/** Starts a server and speaks with it over its standard input and output. @throws {UpstreamError} */
export async function openStdio(
  settings: StdioSettings,
  bytes: PackageBytes | null,
  listener: ChannelListener,
): Promise<Channel> {
  const started = await startProcess(settings, bytes);
  return new StdioChannel(settings, started, listener);
}

class StdioChannel implements Channel {
  readonly cancelsByClosing = false;
  readonly enforcement: Enforcement;
  readonly #limits: UpstreamLimits;
  readonly #started: StartedProcess;
  readonly #stdin: Writable;
  readonly #listener: ChannelListener;
  readonly #log: LogLines;
  #end: Promise<void> | null = null;

  constructor(settings: StdioSettings, started: StartedProcess, listener: ChannelListener) {
    const { child, enforcement } = started;
    this.enforcement = enforcement;
    this.#limits = limitsOf(settings);
    this.#started = started;
    this.#listener = listener;
    this.#stdin = child.stdin as Writable;
    this.#log = new LogLines(settings.onLog ?? (() => {}));
    this.#read(child.stdout as Readable);
    child.stderr?.on('data', (chunk: Buffer) => this.#log.push(chunk));
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.on('error', () => {});
    child.on('exit', () => void this.#endAll());
  }

  async send(message: RpcMessage): Promise<'sent'> {
    const { request_bytes } = this.#limits;
    const line = writeMessage(message, request_bytes);
    if (this.#end !== null) throw new UpstreamError('DELIVERY_CLOSED');
    // A server that does not read must not fill the memory of this process.
    if (this.#stdin.writableLength + line.length > 2 * request_bytes)
      throw new UpstreamError('DELIVERY_BUSY');
    this.#stdin.write(`${line}\n`);
    return 'sent';
  }

  agree(): void {}

  listen(): void {}

  async close(): Promise<void> {
    if (this.#end === null && this.#started.child.exitCode === null) {
      this.#stdin.end();
      const { child } = this.#started;
      const timer = AbortSignal.timeout(POLITE_MS);
      await once(child, 'exit', { signal: timer }).catch(() => {});
    }
    await this.#endAll();
  }

  /** Whatever it started goes with it, also where it has ended by itself. */
  #endAll(): Promise<void> {
    this.#end ??= this.#endOnce();
    return this.#end;
  }

  async #endOnce(): Promise<void> {
    const { child } = this.#started;
    await this.#started.end();
    // What it had written before is still read.
    const stdout = child.stdout as Readable;
    if (!stdout.closed) await once(stdout, 'close', { signal: AbortSignal.timeout(REST_MS) }).catch(() => {});
    const end = child.signalCode ?? child.exitCode ?? 'unknown';
    const last = this.#log.last === '' ? '' : ` Its last words: ${escapeText(this.#log.last)}`;
    this.#listener.onClosed(`The process ended (${end}).${last}`);
  }

  #read(stdout: Readable): void {
    const reader = new MessageReader(this.#limits.message_bytes);
    stdout.on('data', (chunk: Buffer) => {
      for (const reading of reader.push(chunk)) {
        if (reading.kind === 'message') this.#listener.onMessage(reading.message, null);
        else if (reading.kind === 'junk') this.#listener.onRefused(reading.id, 'DELIVERY_JUNK');
        else this.#listener.onRefused(reading.id, 'DELIVERY_ANSWER_TOO_LARGE');
      }
    });
    // A server that closes its output can answer nothing any more.
    stdout.on('end', () => void this.#endAll());
  }
}
