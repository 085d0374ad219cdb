import { randomUUID } from 'node:crypto';
import type { RegistryRecord, RouteDecision } from '@wcp/spec';
import { Repeater } from '../../catalog/repeater.ts';
import { ShownNames } from '../../catalog/shown-name.ts';
import { pinnedDefinition } from '../../tool/tool-record.ts';
import { capabilityName, type WorkerTool, workerTool } from '../../tool/worker-tool.ts';
import { Listeners } from '../../upstream/listeners.ts';
import { callInput, type ServerLabels } from '../call-input.ts';
import type { HallPort } from '../hall/hall-port.ts';

/** A worker of a Hall, which may be shown as a tool. */
export interface KnownWorker {
  readonly record: RegistryRecord;
  /** Whether it is another now than what was enrolled: then it is hidden, and gets no call from here. */
  readonly is_changed: boolean;
}

/** What the tools of workers are made from. */
export interface WorkerToolsParts {
  readonly hall: Pick<HallPort, 'route' | 'world'>;
  /** The enrolled workers; those that are tools of MCP servers are left out here. */
  list(): Promise<readonly KnownWorker[]>;
  readonly labels: ServerLabels;
  /** For whom it is asked what may be called. */
  readonly tenant_id: string;
  /** The names that other tools have. */
  taken(): readonly string[];
  /** Capabilities that are shown to nobody. */
  readonly deny?: readonly string[];
  readonly interval_ms: number;
}

/** A tool that is shown, under its name. */
export interface ShownWorkerTool extends WorkerTool {
  readonly shown: string;
}

/** A capability that is not shown, and why. */
export interface HiddenCapability {
  readonly capability_id: string;
  /** The name that it has, or had. */
  readonly shown: string;
  /** A deny code, or what is wrong with its description. */
  readonly reason: string;
}

/** Characters of a name that clients see: some drop names of more than 64 with their own prefix. */
const LONGEST_NAME = 40;
/** A Hall is asked about each of them: those beyond are hidden. */
const MAX_CAPABILITIES = 500;
const TOO_MANY = `There are more than ${MAX_CAPABILITIES} capabilities.`;
const CHANGED = 'Its worker has changed since it was enrolled.';

/**
 * The capabilities of a Hall's workers as tools: each that its tenant may call, as the very worker describes it to which
 * the Hall would give the call now. The Hall is asked again after each change of its rules and its workers.
 */
export class WorkerTools {
  readonly #parts: WorkerToolsParts;
  readonly #changed = new Listeners<[]>();
  readonly #repeater: Repeater;
  #seen: string | null = null;
  #tools: readonly ShownWorkerTool[] = [];
  #hidden: readonly HiddenCapability[] = [];

  private constructor(parts: WorkerToolsParts) {
    this.#parts = parts;
    this.#repeater = new Repeater(() => this.#look(), parts.interval_ms);
  }

  static async open(parts: WorkerToolsParts): Promise<WorkerTools> {
    const tools = new WorkerTools(parts);
    try {
      await tools.look();
      return tools;
    } catch (error) {
      await tools.close();
      throw error;
    }
  }

  tools(): readonly ShownWorkerTool[] {
    return this.#tools;
  }

  hidden(): readonly HiddenCapability[] {
    return this.#hidden;
  }

  onChanged(listen: () => void): () => void {
    return this.#changed.add(listen);
  }

  /** Looks at the workers now. What cannot be asked stays as it was. */
  look(): Promise<void> {
    return this.#repeater.now();
  }

  close(): Promise<void> {
    return this.#repeater.close();
  }

  /** What the Hall says now of a call of a capability, which it does not execute; null where it does not decide. */
  decide(capability_id: string, tenant_id: string, correlation_id: string): Promise<RouteDecision | null> {
    const { hall, labels } = this.#parts;
    return hall.route(callInput({ capability_id, tenant_id, correlation_id, request: {} }, labels));
  }

  async #look(): Promise<void> {
    const { hall, list } = this.#parts;
    const workers = (await list()).filter(({ record }) => pinnedDefinition(record) === null);
    const seen = JSON.stringify([await hall.world(), workers.map(keyOf)]);
    if (seen === this.#seen) return;
    const readings = await this.#readAll(workers);
    const before = JSON.stringify(this.#tools);
    const named = this.#named(readings);
    this.#hidden = named.flatMap((each) => ('reason' in each ? each : []));
    this.#tools = named.flatMap((each) => ('reason' in each ? [] : each));
    // Until the Hall has noticed a change as well, it is asked again.
    this.#seen = this.#hidden.some(({ reason }) => reason === CHANGED) ? null : seen;
    if (JSON.stringify(this.#tools) !== before) this.#changed.tell();
  }

  /** One after another: a Hall limits how much is asked of it at a time. */
  async #readAll(workers: readonly KnownWorker[]): Promise<readonly CapabilityReading[]> {
    const { deny = [] } = this.#parts;
    // One that was there once is still known by its name: a call of it is denied, and not unknown.
    const known = [...this.#tools, ...this.#hidden].map(({ capability_id }) => capability_id);
    const capabilities = new Set([...known, ...workers.flatMap(({ record }) => record.capabilities)]);
    for (const capability of deny) capabilities.delete(capability);
    const readings: CapabilityReading[] = [];
    const sorted = [...capabilities].sort();
    for (const capability_id of sorted.slice(0, MAX_CAPABILITIES)) {
      const serving = workers.filter(({ record }) => record.capabilities.includes(capability_id));
      readings.push(await this.#read(capability_id, serving));
    }
    const beyond = sorted
      .slice(MAX_CAPABILITIES)
      .map((capability_id) => ({ capability_id, reason: TOO_MANY }));
    return [...readings, ...beyond];
  }

  /** The tool of the worker that the Hall chooses. A decision about a changed worker is how the Hall learns of the change. */
  async #read(capability_id: string, serving: readonly KnownWorker[]): Promise<CapabilityReading> {
    const hidden = (reason: string) => ({ capability_id, reason });
    const decision = await this.decide(capability_id, this.#parts.tenant_id, `mcp-list-${randomUUID()}`);
    if (decision === null) return hidden('The Hall did not decide about it.');
    if (decision.outcome === 'DENY') return hidden(decision.deny_code ?? 'DENY_HALL_MISCONFIGURED');
    // Where a human does the work, no worker is chosen: any of them says what is asked for.
    const chosen = serving.find(
      ({ record }) => record.worker_id === (decision.worker_id ?? record.worker_id),
    );
    if (chosen === undefined) return hidden('Its worker is not in the registry.');
    if (chosen.is_changed) return hidden(CHANGED);
    const reading = workerTool(chosen.record, capability_id);
    return reading.ok ? reading.tool : hidden(reading.message);
  }

  #named(readings: readonly CapabilityReading[]): readonly (ShownWorkerTool | HiddenCapability)[] {
    const names = new ShownNames({ longest: LONGEST_NAME, prefix: false });
    for (const name of this.#parts.taken()) names.keep(name);
    return readings.map((reading) => {
      const { capability_id } = reading;
      return { ...reading, shown: names.give(capabilityName(capability_id), 'worker') };
    });
  }
}

/** A tool, or why there is none, before it has a name. */
type CapabilityReading = WorkerTool | Omit<HiddenCapability, 'shown'>;

function keyOf({ record: { worker_id, artifact_hash }, is_changed }: KnownWorker) {
  return [worker_id, artifact_hash, is_changed];
}
