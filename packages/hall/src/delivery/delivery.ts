import type { EgressConnection } from '@wcp/sandbox';
import type { RegistryRecord, Sha256, WorkerContext, WorkerResult } from '@wcp/spec';
import type { Enforcement, PrivilegeEnvelope } from '@wcp/spec/document';
import type { ChainedDispatch } from '@wcp/worker-kit';

export type { ChainedAnswer, ChainedDispatch } from '@wcp/worker-kit';

/** A call that a decision allowed. */
export interface DeliveryCall {
  readonly context: WorkerContext;
  readonly request: unknown;
  /** The hash of the code that was decided about; null where the worker has none that the Hall can see. */
  readonly code_hash: Sha256 | null;
  /** The envelope that is enrolled for the worker; null or absent for none, which is held to be the least. */
  readonly envelope?: PrivilegeEnvelope | null;
  /** The signed token by which the worker knows that the Hall sent it; null where there is none. */
  readonly permit: string | null;
  /** A permit for a further attempt at the same call; absent where there is none. */
  readonly renew?: (attempt: number) => string | null;
  /** The W3C `traceparent` of the call; null or absent where nothing is traced. */
  readonly traceparent?: string | null;
  /** The time limit in milliseconds from now. */
  readonly timeout_ms: number;
  /** Ends the call early. */
  readonly signal?: AbortSignal | undefined;
  /** Gets what the worker says of its progress, as it sent that; absent where nobody wants to know. */
  readonly onProgress?: ((progress: unknown) => void) | undefined;
  /** The workers whose calls wait for this one. */
  readonly ancestors?: readonly string[];
  /** Answers a worker that asks for a chained dispatch; absent where it may not. */
  readonly dispatch?: ChainedDispatch;
}

/** How a call ended: the Hall's word, not the worker's. */
export interface Delivered {
  /** `ok`: the worker answered `ok` or `partial`. `unknown`: it may or may not have done its work. */
  readonly status: 'ok' | 'error' | 'timeout' | 'unknown';
  /** What the worker answered; null where that is not a valid result. */
  readonly result: WorkerResult | null;
  /** A code `DELIVERY_…` that says why there is no result; null where there is one. */
  readonly code: string | null;
  readonly duration_ms: number;
  /** What kept the worker within its envelope while it had the call; absent where it never got it. */
  readonly enforcement?: Enforcement;
  /**
   * Settles when nothing of the call runs any more, where that may be later than its end: until then it keeps
   * its place. Never rejects.
   */
  readonly gone?: Promise<void>;
}

/** A connection of a contained worker, or its attempt at one, when it is over. */
export interface WorkerConnection extends EgressConnection {
  /** The call that the worker had when it asked for it; null where it had none. */
  readonly context: WorkerContext | null;
}

/** How far a worker is held to its envelope. */
export interface Containment {
  /** `declared`: it runs elsewhere, or its operator chose so. `not_contained`: this machine cannot hold it. */
  readonly state: 'contained' | 'declared' | 'not_contained';
  /** What the receipt of an outcome says; null before the first process of the worker. */
  readonly enforcement: Enforcement | null;
  /** Why it is not contained, and what to do about it; null where it is, or is meant not to be. */
  readonly message: string | null;
}

/** Whose word counts where a worker elsewhere is asked for its code (section 10.5). */
export interface AttestationTrust {
  /** The origin of the Hall's log. */
  readonly audience: string;
  /** The raw public keys of each authority that are in force. */
  authorityKeys(): Readonly<Record<string, readonly string[]>>;
  /** The time, RFC 3339 in UTC. */
  now(): string;
}

/** What is known of the code of a worker elsewhere. */
export interface RemoteAttestation {
  /** `unasked`: no decision has needed it yet. */
  readonly state: 'attested' | 'refused' | 'unasked';
  /** What its server attested last; null unless `attested`. */
  readonly code_hash: Sha256 | null;
  readonly at: string | null;
  readonly signing_key_id: string | null;
  /** How far it is held to its envelope at its own end, by the word of its authority. */
  readonly containment: 'contained' | 'declared' | null;
  /** Why it is not attested, and what to do about it; null unless `refused`. */
  readonly code: string | null;
  readonly message: string | null;
}

/** Delivers calls to one worker. `deliver` never rejects and is settled by the time limit. */
export interface Delivery {
  readonly record: RegistryRecord;
  /** The folder of the worker's package, where the Hall can see it. */
  readonly dir?: string | undefined;
  /** Whether the worker takes calls now; absent where it always does. */
  isAvailable?(): boolean;
  /** Milliseconds for which it is left alone because it kept failing; absent or 0 where it is not. */
  restsFor?(): number;
  /** How far it is held to its envelope; null or absent where that is not known. */
  containment?(): Containment | null;
  /** Resolves once {@link containment} is known; absent where that needs no time. */
  learnContainment?(): Promise<void>;
  /** From now on tells of each connection of the worker, where it goes through the Hall. */
  onConnection?(tell: (connection: WorkerConnection) => void): void;
  /** What is known of its code where its server attests it; absent or null for any other. */
  attestation?(): RemoteAttestation | null;
  /**
   * The hash of the worker's code as the Hall itself sees it now, or as a server elsewhere attests it now to whoever
   * brings `trust`; null where there is none.
   */
  observe(trust?: AttestationTrust): Promise<Sha256 | null>;
  deliver(call: DeliveryCall): Promise<Delivered>;
  /** Ends what runs and frees every resource. */
  close(): Promise<void>;
}
