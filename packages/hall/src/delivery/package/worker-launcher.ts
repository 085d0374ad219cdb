import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type EgressConnection,
  probeSandbox,
  type SandboxBind,
  type SandboxEnd,
  type SandboxLimits,
  type SandboxProbe,
  sandboxed,
} from '@wcp/sandbox';
import { type RegistryRecord, WcpError } from '@wcp/spec';
import { ENFORCED_MEMBERS, type Enforcement, type PrivilegeEnvelope } from '@wcp/spec/document';
import type { Containment } from '../delivery.ts';
import type { DeliveryCode } from '../delivery-code.ts';
import { DECLARED } from '../enforcement.ts';
import { CONFINEMENT_ARGUMENTS } from '../process/confinement.ts';
import { startDeclared, type WorkerProgram } from '../process/worker-program.ts';
import { envelopeExcess } from './envelope-excess.ts';
import type { OpenedPackage } from './package-snapshots.ts';
import { handOver, workerUser } from './worker-user.ts';

/** How a worker knows the Hall, and where it notes the permits that it has used. */
interface WorkerPermits {
  /** The keys of the Hall, or what says which they are now: a process that was told of others gets no further call. */
  readonly hall_keys: readonly string[] | (() => readonly string[]);
  readonly store: string;
}

/** How the program of a worker is started, and inside what. */
export interface WorkerLaunch {
  /** A program of the package, run by this Node; or a whole command, `--stdio` included, run in the copy. */
  readonly run: { readonly program: string } | { readonly command: readonly string[] };
  /** All of its environment, beside what {@link permits} and {@link secrets} add. */
  readonly env?: Readonly<Record<string, string>>;
  /** The keys that the worker knows the Hall by, and the folder where workers note the permits that they have used. */
  readonly permits?: WorkerPermits;
  /**
   * `contained` (the default): held to its envelope, or refused outside of `dev`. `declared`: nothing holds it, by
   * the operator's choice.
   */
  readonly isolation?: 'contained' | 'declared';
  /** The values of those secrets that its envelope lists, read for each process. */
  secrets?(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** What its processes may use; `memory_mb` is a limit of the pool. */
  readonly sandbox?: Partial<Omit<SandboxLimits, 'memory_mb'>>;
  /** The envelope of the record that the operator placed; an enrolled one never gets more. Absent: not compared. */
  readonly granted?: PrivilegeEnvelope | null;
  /** Hosts of its envelope whose addresses may be private, by the operator's word. */
  readonly private_hosts?: readonly string[];
  /** Options of Node that the program needs, such as `--experimental-sqlite`: what is not named is off. */
  readonly node?: readonly string[];
}

/** What a program is given beside its envelope. */
interface Given {
  readonly secrets: Readonly<Record<string, string>>;
  /** The folder of its permits. */
  readonly permits: string | null;
}

/** What a contained program is given. */
interface ContainedGiven extends Given {
  readonly onConnection: (connection: EgressConnection) => void;
}

/** What a worker without an envelope is held to (section 10.3). */
const LEAST: PrivilegeEnvelope = { network_egress: 'none' };
/** Where a contained worker finds the folder of its permits. */
const PERMITS_PLACE = '/run/permits';

/** Starts the program of one worker: held to its envelope where this machine can. */
export class WorkerLauncher {
  readonly #record: RegistryRecord;
  readonly #launch: WorkerLaunch;
  readonly #memory_mb: number;
  readonly #probed: Promise<SandboxProbe>;
  #probe: SandboxProbe | null = null;
  #last: Enforcement | null = null;

  constructor(record: RegistryRecord, launch: WorkerLaunch, memory_mb: number) {
    this.#record = record;
    this.#launch = launch;
    this.#memory_mb = memory_mb;
    this.#probed = probeSandbox().then((probe) => {
      this.#probe = probe;
      return probe;
    });
  }

  /** Null until it is known what this machine can do. */
  containment(): Containment | null {
    if (this.#launch.isolation === 'declared') return DECLARED;
    if (this.#probe === null) return null;
    const { is_contained, reason, remedy } = this.#probe;
    if (is_contained) return { state: 'contained', enforcement: this.#last, message: null };
    const message = `${reason ?? ''} ${remedy ?? ''}`.trim();
    return { state: 'not_contained', enforcement: DECLARED.enforcement, message };
  }

  /** The keys of the Hall that a process is started with, joined by commas. */
  get hallKeys(): string {
    const { hall_keys = [] } = this.#launch.permits ?? {};
    return (typeof hall_keys === 'function' ? hall_keys() : hall_keys).join(',');
  }

  async learnContainment(): Promise<void> {
    await this.#probed;
  }

  /** Why a call in this environment must not reach the worker; null where it may. */
  async refusal(env: string): Promise<DeliveryCode | null> {
    if (this.#launch.isolation === 'declared' || env === 'dev') return null;
    return (await this.#probed).is_contained ? null : 'DELIVERY_NOT_CONTAINED';
  }

  /**
   * Starts the program of these bytes inside this envelope.
   *
   * @param onConnection is told of each connection of a contained program when it is over
   */
  async start(
    opened: OpenedPackage,
    envelope: PrivilegeEnvelope | null,
    onConnection: (connection: EgressConnection) => void,
  ): Promise<WorkerProgram> {
    const held = envelope ?? LEAST;
    this.#refuseExcess(held);
    const secrets = (await this.#launch.secrets?.(held.secrets_access ?? [])) ?? {};
    const { is_contained } = await this.#probed;
    const permits = await this.#permitsFolder();
    if (this.#launch.isolation === 'declared' || !is_contained) {
      return this.#startDeclared(opened, { secrets, permits });
    }
    const program = await this.#startContained(opened, held, { secrets, permits, onConnection });
    this.#last = program.enforcement;
    return program;
  }

  /** What is enrolled may ask for less than the record beside the package, never for more. */
  #refuseExcess(envelope: PrivilegeEnvelope): void {
    const { granted } = this.#launch;
    const excess = granted === undefined ? null : envelopeExcess(envelope, granted ?? LEAST);
    if (excess === null) return;
    throw new WcpError(
      'ERR_WCP_HALL',
      `The enrolled envelope asks for ${excess}, which the record beside the package does not have. Put it into that record, or enrol that record.`,
    );
  }

  async #startContained(
    { files }: OpenedPackage,
    envelope: PrivilegeEnvelope,
    { secrets, permits, onConnection }: ContainedGiven,
  ): Promise<WorkerProgram> {
    const user = workerUser(this.#record.worker_id);
    const binds: SandboxBind[] =
      permits === null ? [] : [{ from: permits, to: PERMITS_PLACE, writable: true }];
    const folders = [...(permits === null ? [] : [permits]), ...(envelope.filesystem_writes ?? [])];
    if (user !== null) for (const folder of folders) await handOver(folder, user);
    const { env, sandbox, private_hosts = [] } = this.#launch;
    const started = await sandboxed({
      command: commandOf(this.#launch, ['node', ...(this.#launch.node ?? [])]),
      package: files,
      envelope,
      limits: { ...sandbox, memory_mb: this.#memory_mb },
      env: { ...env, ...this.#permitVariables(PERMITS_PLACE) },
      secrets: bytesOf(secrets),
      binds,
      egress: { private_hosts, onConnection },
      ...(user !== null && { user }),
    });
    return {
      child: started.process as ChildProcessWithoutNullStreams,
      enforcement: receiptOf(started.enforcement),
      ended: started.ended.then(codeOf),
      kill: () => void started.close(),
    };
  }

  /** Nothing holds it to its envelope: it is a process like any other. */
  #startDeclared({ dir }: OpenedPackage, { secrets, permits }: Given): WorkerProgram {
    const { env, node = [] } = this.#launch;
    return startDeclared({
      command: commandOf(this.#launch, [process.execPath, ...node, ...CONFINEMENT_ARGUMENTS]),
      cwd: dir,
      env: { ...env, ...secrets, ...this.#permitVariables(permits ?? '') },
      memory_mb: this.#memory_mb,
    });
  }

  /** A folder of its own: no worker uses up, or reads, what another notes. */
  async #permitsFolder(): Promise<string | null> {
    const { permits } = this.#launch;
    if (permits === undefined) return null;
    const folder = join(resolve(permits.store), this.#record.worker_id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** Only what the operator named: nothing of the Hall's own environment. */
  #permitVariables(store: string): Record<string, string> {
    const { permits } = this.#launch;
    if (permits === undefined) return {};
    return { WCP_HALL_PUBLIC_KEY: this.hallKeys, WCP_PERMIT_STORE: store };
  }
}

function commandOf({ run }: WorkerLaunch, node: readonly string[]): readonly string[] {
  return 'command' in run ? run.command : [...node, run.program, '--stdio'];
}

function bytesOf(secrets: Readonly<Record<string, string>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, Buffer.from(value)]));
}

/** What of it stands on a receipt. */
function receiptOf(enforcement: Enforcement): Enforcement {
  return Object.fromEntries(ENFORCED_MEMBERS.map((name) => [name, enforcement[name]])) as Enforcement;
}

/** The code of a call that was lost because the worker exceeded a limit. */
function codeOf({ exceeded }: SandboxEnd): DeliveryCode | null {
  if (exceeded === null) return null;
  return exceeded === 'memory_mb' ? 'DELIVERY_MEMORY' : 'DELIVERY_LIMIT';
}
