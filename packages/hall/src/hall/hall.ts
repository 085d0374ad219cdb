import type { KeyTerm } from '@wcp/evidence/log';
import type { Diagnostic, RouteDecision, Sha256 } from '@wcp/spec';
import type { Approval, ErasureRequest, ErasureResult } from '@wcp/spec/hall';
import type { FastifyInstance } from 'fastify';
import type { Delivery } from '../delivery/delivery.ts';
import type { DispatchAnswer } from '../dispatch/dispatch-answer.ts';
import type { Identity } from '../identity/identity.ts';
import type { Health } from '../operations/health.ts';
import type { AuthorityKey } from '../registry/authority-keys.ts';
import type { EnrolledWorker } from '../registry/enrolled-worker.ts';
import type { Enrolment } from '../registry/registry.ts';
import type { Enrolled } from '../registry/registry-admin.ts';
import type { Reload } from '../world/active-world.ts';
import type { HallWorker } from './hall-options.ts';

/** Documents to be put in force; one that is absent stays as it is. */
export interface NewDocuments {
  readonly rules?: unknown;
  readonly config?: unknown;
  /** What kept a document from being read at all: it counts as broken. */
  readonly unreadable?: readonly Diagnostic[];
}

/** How a dispatch of an embedding program may be withdrawn. */
export interface DispatchOptions {
  /** Withdraws the dispatch while it waits to begin; one that has begun goes on. */
  readonly signal?: AbortSignal;
  /**
   * The principal in whose name the program asks (default: the program itself): it cannot resolve what is held. The
   * program has authenticated it, and checked that it may act for the tenant.
   */
  readonly by?: string;
  /** Names the request: the same one again gets the first answer again. */
  readonly idempotency_key?: string;
}

/** An approval as the program around a Hall sees it. */
export interface KnownApproval extends Approval {
  /** Whether what was approved has ended: its outcome is recorded. */
  readonly has_ended: boolean;
  /** A code `DELIVERY_…` where it ended without a result. */
  readonly delivery_code: string | null;
}

/** The enrolled workers (section 4.2), changed in the name of the operator. */
export interface HallRegistry {
  /** The enrolled workers by their ids, flagged ones among them. */
  list(): readonly EnrolledWorker[];
  get(worker_id: string): EnrolledWorker | null;
  /** The workers that declare a capability. */
  serving(capability_id: string): readonly EnrolledWorker[];
  /** Enrols a worker, or a new version of it. @throws {ProblemError} with every finding at once */
  enrol(enrolment: Enrolment): Promise<Enrolled>;
  /**
   * Enrols all of them or none, in one commit: they come into force together.
   *
   * @throws {ProblemError} with every finding about the first that cannot be enrolled
   */
  enrolAll(enrolments: readonly Enrolment[]): Promise<readonly Enrolled[]>;
  /** Removes a worker and resolves with the JSON of the receipt. @throws {ProblemError} `NOT_FOUND` */
  remove(worker_id: string): Promise<string>;
  /**
   * Registers a public key (64 hexadecimal digits): from then on the authority's enrolments must be signed.
   *
   * @throws {ProblemError} `INVALID_BODY`, `CONFLICT`
   */
  addAuthorityKey(authority: string, public_key: string): Promise<AuthorityKey>;
}

/** The log of the evidence (section 8, "Log"). */
export interface EvidenceLog {
  /** The name of the log; also the audience of credentials and of signed enrolments. */
  readonly origin: string;
  readonly signing_key_id: string;
  /** The raw public key that signs receipts and checkpoints now, 64 hexadecimal digits. */
  readonly public_key: string;
  /** The raw public keys that permits verify with, the present one first. */
  readonly permit_keys: readonly string[];
  /** The keys of the log in their order, each with the positions that it may sign. */
  keys(): readonly KeyTerm[];
  /**
   * Lets the next key sign from now on, and resolves with the keys as they are then.
   *
   * @throws {WcpError} `ERR_WCP_LOG_KEY` where there is no next key, `ERR_WCP_STORE`, `ERR_WCP_SIGNER`
   */
  rotateKey(): Promise<readonly KeyTerm[]>;
  /** Takes the trust from what a former key signed from there on. @throws {WcpError} `ERR_WCP_LOG_KEY` */
  revokeKey(
    key_id: string,
    from: { readonly position: number } | { readonly time: string },
  ): Promise<readonly KeyTerm[]>;
  /** How far the log has come. */
  head(): Promise<{ readonly size: number; readonly root: Sha256 }>;
  /** Signs the head of the log: a C2SP tlog-checkpoint. @throws {WcpError} `ERR_WCP_STORE`, `ERR_WCP_CLOCK` */
  checkpoint(): Promise<string>;
}

/** A Hall (section 9): decides, delivers, holds, and keeps the evidence. */
export interface Hall {
  /** The HTTP interface; `app.listen` opens it, `app.inject` asks it without a socket. */
  readonly app: FastifyInstance;
  /** API keys and credential issuers. */
  readonly identity: Identity;
  readonly registry: HallRegistry;
  /** How each worker that this Hall can reach is reached, by worker id. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly log: EvidenceLog;
  /**
   * Reaches a worker from now on, in the place of an earlier delivery to it, which is closed. Nothing is enrolled: until
   * the worker is, nothing is dispatched to it.
   */
  connect(worker: HallWorker): Promise<void>;
  /** How the Hall is now, and which compliance level it reaches. */
  health(): Health;
  /** Decides for the program that embeds the Hall, and executes nothing. */
  route(input: unknown): Promise<RouteDecision>;
  /**
   * Decides and executes for the program that embeds the Hall, within the same limits as over HTTP.
   *
   * @throws {ProblemError} `RATE_LIMITED` where too many dispatches of the tenant wait already
   */
  dispatch(input: unknown, options?: DispatchOptions): Promise<DispatchAnswer>;
  /**
   * A request that waits, or waited, for a human, and its result once there is one; null where there is none with this
   * id. Whose it is, the program checks.
   */
  approval(approval_id: string): Promise<KnownApproval | null>;
  /**
   * Forgets payloads (section 8.9) in the name of the operator: what was asked for, decided from and answered. Receipts
   * and proofs stay, and a receipt says what was forgotten.
   *
   * @throws {ProblemError} with every finding about the request; `CONFLICT` where something that must not be waits for
   *   a human or an outcome; `NOT_FOUND` for a decision that was never made
   */
  forget(request: ErasureRequest): Promise<ErasureResult>;
  /**
   * Takes back a request that waits for a human, as whoever asked for it: it counts as denied.
   *
   * @throws {ProblemError} `NOT_FOUND`, `FORBIDDEN` for another requester, `APPROVAL_RESOLVED`, `APPROVAL_EXPIRED`
   */
  withdraw(approval_id: string, options?: Pick<DispatchOptions, 'by'>): Promise<KnownApproval>;
  /** Puts new documents in force, unless they are broken. */
  reload(documents: NewDocuments): Promise<Reload>;
  /**
   * Ends what runs, signs a last checkpoint and closes the store.
   *
   * @param patience_ms how long what has begun may go on and be answered (default 5,000); with 0 it is cut off at once
   */
  close(patience_ms?: number): Promise<void>;
}
