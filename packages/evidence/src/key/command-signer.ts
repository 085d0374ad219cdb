import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { WcpError } from '@wcp/spec/json';
import { decodeBase64, decodeUtf8, encodeBase64 } from '../base/encoding.ts';
import { own } from '../base/own-member.ts';
import { keyIdOf, readPublicKey } from './public-key.ts';
import { isSignatureOf } from './signature.ts';
import type { Signer } from './signer.ts';

/** A program that signs with a key that it alone can reach, such as one of a PKCS #11 token or of a KMS. */
export interface SignerCommand {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** All of its variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it is started. */
  readonly cwd?: string;
  /** Milliseconds that it may take for an answer (default 5,000). */
  readonly timeout_ms?: number;
}

/** A signer in another process. */
export interface CommandSigner extends Signer {
  sign(data: Uint8Array | string): Promise<Uint8Array>;
  /** Ends the process. */
  close(): void;
}

const TIMEOUT_MS = 5_000;
/** The longest answer: a signature and an id are a few hundred characters. */
const MAX_ANSWER = 65_536;
const LINE_FEED = 0x0a;

/**
 * Starts a program that signs: one JSON line on its standard input for each request, one on its standard output for
 * each answer. `{"id": 1, "op": "public_key"}` is answered by `{"id": 1, "public_key": "<64 hexadecimal digits>"}`,
 * `{"id": 2, "op": "sign", "data": "<base64>"}` by `{"id": 2, "signature": "<base64>"}`, and anything that fails by
 * `{"id": 2, "error": "<why>"}`. A program that died is started again with the next request. Each signature is
 * verified before it is believed.
 *
 * @throws {WcpError} `ERR_WCP_SIGNER` where it cannot be started, does not answer in time or answers anything else
 * @example
 * ```ts
 * import { openCommandSigner } from '@wcp/evidence/key';
 *
 * const signer = await openCommandSigner({ command: ['my-pkcs11-signer', '--label', 'hall'] });
 * console.log(signer.keyId, (await signer.sign('a statement')).length);
 * signer.close();
 * ```
 */
export async function openCommandSigner(settings: SignerCommand): Promise<CommandSigner> {
  const program = new SignerProgram(settings);
  try {
    const publicKey = await askPublicKey(program);
    return new ProgramSigner(program, publicKey);
  } catch (error) {
    program.close();
    throw error;
  }
}

class ProgramSigner implements CommandSigner {
  readonly keyId: string;
  readonly publicKey: string;
  readonly #program: SignerProgram;

  constructor(program: SignerProgram, publicKey: string) {
    this.#program = program;
    this.publicKey = publicKey;
    this.keyId = keyIdOf(publicKey);
  }

  async sign(data: Uint8Array | string): Promise<Uint8Array> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    const answer = await this.#program.ask({ op: 'sign', data: encodeBase64(bytes) });
    const signature = decodeBase64(own(answer, 'signature'));
    const key = readPublicKey(this.publicKey);
    if (key !== null && signature !== null && isSignatureOf(key, bytes, signature)) return signature;
    throw failed('answered with something else than a signature by its key');
  }

  close(): void {
    this.#program.close();
  }
}

async function askPublicKey(program: SignerProgram): Promise<string> {
  const publicKey = String(own(await program.ask({ op: 'public_key' }), 'public_key')).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(publicKey) || readPublicKey(publicKey) === null) {
    throw failed('did not say what its public key is');
  }
  return publicKey;
}

type Child = ChildProcessByStdio<Writable, Readable, null>;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: WcpError) => void;
}

/** The process, started when it is needed; whatever goes wrong ends it, and every request that waits fails. */
class SignerProgram {
  readonly #settings: SignerCommand;
  readonly #waiting = new Map<number, Waiting>();
  #child: Child | null = null;
  #lastId = 0;

  constructor(settings: SignerCommand) {
    this.#settings = settings;
  }

  ask(request: object): Promise<unknown> {
    const { timeout_ms = TIMEOUT_MS } = this.#settings;
    const child = this.#started();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#end(failed('did not answer in time')), timeout_ms);
      const settle =
        <T>(act: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          act(value);
        };
      this.#waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
      child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  close(): void {
    this.#end(failed('was closed'));
  }

  #started(): Child {
    if (this.#child !== null) return this.#child;
    const {
      command: [program = '', ...args],
      env = {},
      cwd,
    } = this.#settings;
    const child = spawn(program, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child = child;
    const end = () => {
      if (this.#child === child) this.#end(failed('could not be started, or ended'));
    };
    child.on('error', end).on('exit', end);
    child.stdin.on('error', end);
    let rest = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let at = rest.indexOf(LINE_FEED); at >= 0; at = rest.indexOf(LINE_FEED)) {
        this.#answered(rest.subarray(0, at));
        rest = rest.subarray(at + 1);
      }
      if (rest.length > MAX_ANSWER) end();
    });
    return child;
  }

  #answered(line: Uint8Array): void {
    const answer = parse(line);
    const id = own(answer, 'id');
    const waiting = this.#waiting.get(id as number);
    if (line.length > MAX_ANSWER || waiting === undefined) {
      this.#end(failed('answered something that nobody asked'));
      return;
    }
    this.#waiting.delete(id as number);
    if (own(answer, 'error') === undefined) waiting.resolve(answer);
    else waiting.reject(failed('refused to sign'));
  }

  #end(error: WcpError): void {
    this.#child?.kill('SIGKILL');
    this.#child = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(line));
  } catch {
    return null;
  }
}

function failed(how: string): WcpError {
  return new WcpError(
    'ERR_WCP_SIGNER',
    `The program that signs the log ${how}. Nothing was written. Check the command of \`signer\` and what it needs.`,
  );
}
