import { type RouteDecision, WcpError } from '@wcp/spec';
import type { ErasureRequest, ErasureResult } from '@wcp/spec/hall';
import type { FastifyInstance } from 'fastify';
import { receive } from '../base/received-request.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { DispatchAnswer } from '../dispatch/dispatch-answer.ts';
import { buildApp } from '../http/app.ts';
import type { HallParts } from '../http/hall-parts.ts';
import type { Identity } from '../identity/identity.ts';
import { OPERATOR } from '../identity/principal.ts';
import { forgetPayloads } from '../operations/forget-payloads.ts';
import { type Health, healthOf } from '../operations/health.ts';
import type { Reload } from '../world/active-world.ts';
import { type AssembledParts, assemble } from './assemble.ts';
import { closeHall } from './close-hall.ts';
import type {
  DispatchOptions,
  EvidenceLog,
  Hall,
  HallRegistry,
  KnownApproval,
  NewDocuments,
} from './hall.ts';
import type { HallOptions, HallWorker } from './hall-options.ts';
import { knownApproval } from './known-approval.ts';
import { type Maintenance, startMaintenance } from './maintenance.ts';

/**
 * Creates a Hall. It resolves when the store is open and everything that an earlier process left is settled.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store cannot be opened
 * @example
 * import { createHall } from '@wcp/hall';
 *
 * const hall = await createHall({ rules: [], file: 'store.db' });
 * const { decision, result } = await hall.dispatch({ capability_id: 'cap.doc.summarize' });
 * console.log(decision.outcome, decision.deny_code, result);
 * await hall.close();
 */
export function createHall(options: HallOptions = {}): Promise<Hall> {
  return assembleHall(options);
}

/** Milliseconds that a checkpoint waits for its witnesses. */
const WITNESSES_MS = 5_000;

/** Creates a Hall whose parts can be reached: for this package's own folders and for tests. */
export async function assembleHall(options: HallOptions = {}): Promise<AssembledHall> {
  const parts = await assemble(options);
  const { http = {}, log_requests = false } = options;
  const app = await buildApp(parts, { ...http, log_requests });
  return new AssembledHall(app, parts, startMaintenance(parts));
}

/**
 * What a Hall is made of: for tests.
 *
 * @throws {WcpError} `ERR_WCP_HALL` for a Hall that another package made
 */
export function partsOf(hall: object): HallParts {
  if (hall instanceof AssembledHall) return hall.parts;
  throw new WcpError('ERR_WCP_HALL', 'This Hall was not created by this package.');
}

/** A Hall with its parts, which {@link Hall} does not show. */
export class AssembledHall implements Hall {
  readonly app: FastifyInstance;
  readonly parts: AssembledParts;
  readonly registry: HallRegistry;
  readonly log: EvidenceLog;
  readonly #maintenance: Maintenance;

  constructor(app: FastifyInstance, parts: AssembledParts, maintenance: Maintenance) {
    this.app = app;
    this.parts = parts;
    this.registry = registryOf(parts);
    this.log = logOf(parts);
    this.#maintenance = maintenance;
  }

  get identity(): Identity {
    return this.parts.identity;
  }

  get deliveries(): ReadonlyMap<string, Delivery> {
    return this.parts.deliveries;
  }

  health(): Health {
    return healthOf(this.parts);
  }

  async route(input: unknown): Promise<RouteDecision> {
    const { tracing, dispatcher } = this.parts;
    const decided = await tracing.span('wcp.route', {}, () => dispatcher.route(receive(input, OPERATOR.id)));
    return decided.decision;
  }

  connect(worker: HallWorker): Promise<void> {
    return this.parts.connect(worker);
  }

  async dispatch(
    input: unknown,
    { by = OPERATOR.id, ...setting }: DispatchOptions = {},
  ): Promise<DispatchAnswer> {
    const { tracing, dispatcher } = this.parts;
    return tracing.span('wcp.dispatch', {}, () => dispatcher.dispatch(receive(input, by), setting));
  }

  approval(approval_id: string): Promise<KnownApproval | null> {
    return knownApproval(this.parts, approval_id);
  }

  forget(request: ErasureRequest): Promise<ErasureResult> {
    return forgetPayloads(this.parts, request, OPERATOR.id);
  }

  async withdraw(approval_id: string, { by = OPERATOR.id }: Pick<DispatchOptions, 'by'> = {}) {
    await this.parts.approvalService.withdraw(approval_id, { ...OPERATOR, id: by });
    return (await knownApproval(this.parts, approval_id)) as KnownApproval;
  }

  reload({ unreadable = [], ...documents }: NewDocuments): Promise<Reload> {
    const { registryAdmin, activeWorld } = this.parts;
    const { rules, config, catalog_version: catalogVersion } = activeWorld.current.documents;
    return registryAdmin.reload({ rules, config, catalogVersion, ...documents }, unreadable);
  }

  async close(patience_ms?: number): Promise<void> {
    this.#maintenance.stop();
    await closeHall(this.app, this.parts, patience_ms);
  }
}

function registryOf({ registry, registryAdmin, clock, journal }: HallParts): HallRegistry {
  return {
    list: () => registry.list(),
    get: (worker_id) => registry.get(worker_id),
    serving: (capability_id) => registry.serving(capability_id),
    enrol: (enrolment) => registryAdmin.enrol(enrolment, OPERATOR),
    enrolAll: (enrolments) => registryAdmin.enrolAll(enrolments, OPERATOR),
    remove: (worker_id) => registryAdmin.remove(worker_id, OPERATOR),
    addAuthorityKey: async (authority, public_key) =>
      registry.authorities.add(authority, public_key, clock.timestamp(), (changes) =>
        journal.commit(changes),
      ),
  };
}

function logOf({ origin, keys, storage: { ledger }, checkpoints, clock }: HallParts): EvidenceLog {
  return {
    origin,
    get signing_key_id() {
      return keys.inForce.key_id;
    },
    get public_key() {
      return keys.inForce.public_key;
    },
    get permit_keys() {
      return keys.permitKeys;
    },
    keys: () => keys.terms,
    rotateKey: async () => (await keys.rotate(clock.timestamp())).terms,
    revokeKey: async (key_id, from) => (await keys.revoke(key_id, from, clock.timestamp())).terms,
    head: () => ledger.head(),
    checkpoint: async () => checkpoints.signWitnessed(clock.timestamp(), WITNESSES_MS),
  };
}
