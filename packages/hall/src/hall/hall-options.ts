import type { SigningKey } from '@wcp/evidence';
import type { TenantLimits, WorkerLimits } from '../admission/admission-scheduler.ts';
import type { NotifierOptions } from '../approval/notification/notifier.ts';
import type { Logger } from '../base/logger.ts';
import type { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { HttpLimits } from '../http/app.ts';
import type { BanListOptions } from '../registry/ban-list/ban-list-options.ts';
import type { EnrolmentSignature } from '../registry/enrolled-worker.ts';
import type { HallPolicyGate } from '../world/policy-gate.ts';

/** A worker that a Hall can reach: who it is, and the way to it. */
export interface HallWorker {
  readonly delivery: Delivery;
  /** How it is guarded. */
  readonly limits?: WorkerLimits;
  readonly signature?: EnrolmentSignature;
}

/** How a Hall is made. Everything has a default: `await createHall({ rules })` is a Hall. */
export interface HallOptions {
  /** The rules (section 4.1), as a document. */
  readonly rules?: unknown;
  /** The Hall's configuration (section 4.3), as a document. */
  readonly config?: unknown;
  readonly catalogVersion?: string;
  /** The file of the store; absent, everything is kept in memory and gone with the process. */
  readonly file?: string;
  /** Signs receipts, checkpoints and permits; a new one where it is absent, which a Hall with a file should not want. */
  readonly key?: SigningKey;
  /** The name of the log, as a URL without its scheme; it is also the audience of credentials. */
  readonly origin?: string;
  readonly workers?: readonly HallWorker[];
  /** Where workers over HTTP ask for chained dispatches: the one that their deliveries were given. */
  readonly chains?: ChainedCallRegistry;
  /** Where workers over HTTP reach this Hall, such as `https://hall.example`: without it they ask for nothing. */
  readonly public_url?: string;
  readonly policyGate?: HallPolicyGate;
  readonly notify?: NotifierOptions;
  /** The ban lists that it follows beside those that it publishes itself. */
  readonly banLists?: BanListOptions;
  /** The key of manifests in the HMAC form (`WCP_ATTEST_HMAC_KEY`); absent, that form attests nothing. */
  readonly attest_hmac_key?: string | undefined;
  /** How long a dispatch may take, in milliseconds; 60,000 where it is absent. */
  readonly timeout_ms?: number;
  readonly tenants?: TenantLimits;
  readonly http?: HttpLimits;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
  /** Where a Hall says what an operator must know. Nothing where it is absent. */
  readonly log?: Logger;
}
