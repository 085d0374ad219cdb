import { randomBytes } from 'node:crypto';
import type { Agent } from 'node:http';
import { verifyCodeAttestation } from '@wcp/evidence/code-attestation';
import type { RegistryRecord, Sha256 } from '@wcp/spec';
import type { CodeAttestation } from '@wcp/spec/document';
import type { AttestationTrust, RemoteAttestation } from '../delivery.ts';
import { LatestRun } from '../latest-run.ts';
import { askAttestation } from './ask-attestation.ts';
import { ATTESTATION_MEANINGS, type AttestationCode } from './attestation-code.ts';

/** A worker whose server attests its code. */
export interface RemoteCodeOptions {
  readonly record: RegistryRecord;
  /** Where the server is asked. */
  readonly url: URL;
  readonly agent: Agent;
  /** How long an answer may take, in milliseconds (default 3000). */
  readonly limit_ms?: number;
  /** Called where a worker is no longer attested, or is again. */
  log?(message: string): void;
}

const LIMIT_MS = 3_000;
/** More than anybody guesses, and never used twice. */
const NONCE_BYTES = 32;

const UNASKED: RemoteAttestation = {
  state: 'unasked',
  code_hash: null,
  at: null,
  signing_key_id: null,
  containment: null,
  code: null,
  message: null,
};

/** Which code a worker elsewhere runs: asked anew for each observation, and believed only with its authority's key. */
export class RemoteCode {
  readonly #options: RemoteCodeOptions;
  readonly #runs = new LatestRun(() => this.#ask());
  #trust: AttestationTrust | null = null;
  #known: RemoteAttestation = UNASKED;

  constructor(options: RemoteCodeOptions) {
    this.#options = options;
  }

  /** What the last answer was worth. */
  get known(): RemoteAttestation {
    return this.#known;
  }

  /** The hash that is attested now; null where none is. Never rejects. */
  observe(trust: AttestationTrust): Promise<Sha256 | null> {
    this.#trust = trust;
    return this.#runs.get();
  }

  async #ask(): Promise<Sha256 | null> {
    const { audience, authorityKeys, now } = this.#trust as AttestationTrust;
    const { url, agent, limit_ms = LIMIT_MS } = this.#options;
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    const asked = await askAttestation({ url, agent, limit_ms, text: JSON.stringify({ nonce, audience }) });
    if ('code' in asked) return this.#refuse(asked.code);
    const { worker_id } = this.#options.record;
    const authority_keys = authorityKeys();
    const expected = { worker_id, nonce, audience, authority_keys, now: now() };
    const verdict = verifyCodeAttestation(asked.answer, expected);
    return verdict.ok
      ? this.#accept(verdict.attestation, verdict.code_hash)
      : this.#refuse(verdict.findings[0].code);
  }

  #accept({ at, signing_key_id, containment }: CodeAttestation, code_hash: Sha256): Sha256 {
    if (this.#known.state === 'refused') this.#log('Its server attests its code again.');
    this.#known = {
      ...{ state: 'attested', code_hash, at, signing_key_id, containment },
      ...{ code: null, message: null },
    };
    return code_hash;
  }

  #refuse(code: AttestationCode): null {
    const message = ATTESTATION_MEANINGS[code];
    if (this.#known.code !== code) this.#log(message);
    this.#known = { ...UNASKED, state: 'refused', code, message };
    return null;
  }

  #log(message: string): void {
    this.#options.log?.(`${this.#options.record.worker_id}: ${message}`);
  }
}
