import { join } from 'node:path';
import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import {
  parseWitnessPolicy,
  type WitnessKey,
  type WitnessPolicy,
  writeWitnessKey,
} from '@wcp/evidence/witness';
import { serveWitness, type WitnessHost } from '../../src/witness-host/serve-witness.ts';
import { createWitnessRecord } from '../../src/witness-host/witness-store.ts';
import { tempFolder } from './temp-folder.ts';

/** A witness on a port of this machine, which a test stops and starts again. */
export class TestWitness {
  readonly name: string;
  readonly key: SigningKey = generateSigningKey();
  readonly file: string;
  readonly #log: { readonly origin: string; readonly publicKey: string };
  #host: WitnessHost | null = null;
  #port = 0;

  private constructor(name: string, log: { readonly origin: string; readonly publicKey: string }) {
    this.name = name;
    this.#log = log;
    this.file = join(tempFolder(), 'witness.db');
    createWitnessRecord(this.file);
  }

  /** A witness of one log. */
  static async open(
    name: string,
    log: { readonly origin: string; readonly publicKey: string },
  ): Promise<TestWitness> {
    const witness = new TestWitness(name, log);
    await witness.start();
    return witness;
  }

  get identity(): WitnessKey {
    return { name: this.name, publicKey: this.key.publicKey };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const { origin, publicKey } = this.#log;
    const logs = [{ origin, keys: [{ publicKey, from_size: 0 }] }];
    const { name, key, file } = this;
    this.#host = await serveWitness({ name, key, logs, file, host: '127.0.0.1', port: this.#port });
    this.#port = Number(new URL(this.#host.url).port);
  }

  async stop(): Promise<void> {
    await this.#host?.close();
    this.#host = null;
  }
}

/** The policy by which so many of these must have cosigned. */
export function policyOf(witnesses: readonly TestWitness[], quorum: number): WitnessPolicy {
  const keys = witnesses.map(({ identity }) => writeWitnessKey(identity));
  const reading = parseWitnessPolicy(JSON.stringify({ witnesses: keys, quorum }));
  if (!reading.ok) throw new Error(JSON.stringify(reading.findings));
  return reading.policy;
}
