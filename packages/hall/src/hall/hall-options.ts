import type { SigningKey } from '@wcp/evidence';
import type { SignerCommand } from '@wcp/evidence/key';
import type { LoadedGate } from '@wcp/policy';
import type { RegistryRecord } from '@wcp/spec';
import type { TenantLimits, WorkerLimits } from '../admission/admission-scheduler.ts';
import type { ChatOptions } from '../approval/chat/open-chats.ts';
import type { ApprovalDemand } from '../approval/demand/approval-demand.ts';
import type { NotifierOptions } from '../approval/notification/notifier.ts';
import type { RelyingParty } from '../approval/passkey/confirmations.ts';
import type { Logger } from '../base/logger.ts';
import type { CheckpointOptions } from '../checkpoints/checkpoint-options.ts';
import type { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { CallBoard } from '../delivery/pull/call-board.ts';
import type { ExportOptions } from '../export/export-target.ts';
import type { HttpLimits } from '../http/app.ts';
import type { MakeBackup } from '../operations/make-backup.ts';
import type { AccessMapping } from '../pdp/access-mapping.ts';
import type { BanListOptions } from '../registry/ban-list/ban-list-options.ts';
import type { EnrolmentSignature } from '../registry/enrolled-worker.ts';
import type { KeyFiles } from '../storage/keys/hall-keys.ts';
import type { PermitKeys } from '../storage/keys/permit-keys.ts';
import type { PostgresSettings } from '../storage/postgres/postgres-settings.ts';
import type { StoreKey } from '../storage/seal/store-key.ts';
import type { TelemetryOptions } from '../telemetry/telemetry-options.ts';
import type { HallPolicyGate } from '../world/policy-gate.ts';

/** A worker that a Hall can reach. */
export interface HallWorker {
  readonly delivery: Delivery;
  /** How many calls it takes, and when it is left alone. */
  readonly limits?: WorkerLimits;
  /** What is enrolled where the worker never was (default: the record of the delivery). */
  readonly record?: RegistryRecord;
  readonly signature?: EnrolmentSignature;
}

/** How a Hall is created. Everything has a default: `await createHall({ rules })` is a Hall. */
export interface HallOptions {
  /** The rules (section 4.1), as a document. */
  readonly rules?: unknown;
  /** The Hall's configuration (section 4.3), as a document. */
  readonly config?: unknown;
  readonly catalogVersion?: string;
  /** The file of the store; without it, everything is in memory and lost with the process. */
  readonly file?: string;
  /** The database of the store, in the place of `file`; `data_keys` must be given then. */
  readonly postgres?: PostgresSettings;
  /** Signs receipts, checkpoints and permits (default: a new key, which does not suit a Hall with a file). */
  readonly key?: SigningKey;
  /** A program that signs receipts and checkpoints in the place of `key`, which then signs permits alone. */
  readonly signer?: SignerCommand;
  /** What signs them after the next rotation; the log says whether it does already. */
  readonly next?: SigningKey | SignerCommand;
  /** Where the next key is made and put in force; see {@link KeyFiles}. */
  readonly key_files?: KeyFiles;
  /**
   * Vouches for the rows of the store (default: derived from `key`). A Hall whose key changes needs one of its own: see
   * {@link generateStoreKey}.
   */
  readonly store_key?: StoreKey;
  /** Where workers learn which keys permits are signed with: those that their deliveries were created with. */
  readonly permitKeys?: PermitKeys;
  /**
   * The file of the high-water mark of the log, best beside the key: with it, a file of the store that was set back
   * to an earlier state is refused.
   */
  readonly mark?: string;
  /**
   * The folder of the keys that payloads are encrypted with, one for each tenant (default: beside the file, with the
   * ending `.keys`). What a key encrypted is gone with it.
   */
  readonly data_keys?: string;
  /** The folder of the receipts that `wcp evidence archive` moved out of the store, if it did. */
  readonly archive?: string;
  /** The name of the log, as a URL without its scheme; it is also the audience of credentials. */
  readonly origin?: string;
  readonly workers?: readonly HallWorker[];
  /** Where workers over HTTP ask for chained dispatches: the registry that their deliveries were created with. */
  readonly chains?: ChainedCallRegistry;
  /** Where calls wait for workers that fetch them: the board that their deliveries were created with. */
  readonly board?: CallBoard;
  /** Those whose enrolled workers fetch their calls where they are reached in no other way: `org.acme`, `x.acme`. */
  readonly pulling_authorities?: readonly string[];
  /** Where workers over HTTP reach this Hall, such as `https://hall.example`; without it they cannot ask for dispatches. */
  readonly public_url?: string;
  /** How evaluations of AuthZEN become requests of this Hall. */
  readonly authzen?: AccessMapping;
  /** A function, or a gate of `@wcp/policy`, which stays open when the Hall is closed. */
  readonly policyGate?: HallPolicyGate | LoadedGate;
  /** Where traces and metrics are sent (default: nowhere). */
  readonly telemetry?: TelemetryOptions;
  readonly notify?: NotifierOptions;
  /** Where receipts are sent in other forms, such as to a SIEM. */
  readonly exports?: readonly ExportOptions[];
  /** The chats and the mail in which stewards are asked. */
  readonly chats?: ChatOptions;
  /** Which holds need several stewards, certain ones, or a passkey. */
  readonly approvalDemands?: readonly ApprovalDemand[];
  /** Where stewards register passkeys and confirm with them; without it, what must be confirmed is never approved. */
  readonly webauthn?: RelyingParty;
  /** The ban lists that it subscribes to. */
  readonly banLists?: BanListOptions;
  /** Makes backups of the Hall while it runs; without it `makeBackup` is refused. */
  readonly makeBackup?: MakeBackup;
  /** Who witnesses, timestamps and keeps the checkpoints of the log. */
  readonly checkpoints?: CheckpointOptions;
  /** The key of manifests in the HMAC form (`WCP_ATTEST_HMAC_KEY`); without it, that form attests nothing. */
  readonly attest_hmac_key?: string | undefined;
  /** Milliseconds that a dispatch may take (default 60,000). */
  readonly timeout_ms?: number;
  readonly tenants?: TenantLimits;
  readonly http?: HttpLimits;
  /** Whether its program offers the tools for approvals over MCP as well (WCP-9-5; default false). */
  readonly offersApprovalTools?: boolean;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
  /** Gets what an operator must know (default: nothing is logged). */
  readonly log?: Logger;
  /** Whether it also gets a line for each HTTP request that was answered (default false). */
  readonly log_requests?: boolean;
}
