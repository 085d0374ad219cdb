import type { RouteInput } from '@wcp/spec';
import type { Role } from '@wcp/spec/hall';
import { onTestFinished } from 'vitest';
// The client depends on no server: this is the Hall itself, which the client is tried against.
// @boundaries-ignore the tests of this package call a real Hall
import {
  CallBoard,
  createHall,
  type Hall,
  type HallOptions,
  inProcessDelivery,
  pullDelivery,
} from '../../../hall/src/index.ts';
// @boundaries-ignore the Hall of these tests has a worker
import { defineWorker, sealRecord } from '../../../worker-kit/src/index.ts';
import { createHallClient, type HallClient, type HallClientOptions } from '../../src/index.ts';

const GREET = 'org.acme.greet';
export const HELD = 'org.acme.greet-held';

const rule = (capability_id: string, escalation: object = {}) => ({
  rule_id: capability_id,
  match: { capability_id },
  decision: {
    candidate_workers_ranked: [{ worker_species_id: 'org.acme.greeter' }],
    escalation: { policy_gate: false, ...escalation },
  },
});
const RULES = [rule(GREET), rule(HELD, { human_required_default: true, supervisor_level: 'gatekeeper' })];

/** A Hall whose greeter fetches its calls. */
export function openPulled(): Promise<RealHall> {
  const board = new CallBoard();
  const { record } = greeter([]);
  return RealHall.open({ board, workers: [{ delivery: pullDelivery({ record, board }) }] });
}

/** A worker that notes what it was given. */
function greeter(greeted: unknown[]) {
  const anything = {
    '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
  } as const;
  return defineWorker({
    record: sealRecord({
      worker_id: 'org.acme.greeter.one',
      worker_species_id: 'org.acme.greeter',
      capabilities: [GREET, HELD],
      risk_tier: 'low',
      allowed_environments: ['dev'],
      blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 0 },
      privilege_envelope: { network_egress: 'none' },
    }),
    input: anything,
    run: (request) => {
      greeted.push(request);
      return { greeting: 'Hello!' };
    },
  });
}

const SCOPES: Partial<Record<Role, object>> = {
  tenant: { tenant_id: 'tenant-a' },
  worker: { authority: 'org.acme' },
};

let sent = 0;

/** A request of tenant-a; `members` replace or add. */
export function inputFor(members: Partial<RouteInput> = {}): RouteInput {
  sent += 1;
  return {
    capability_id: GREET,
    env: 'dev',
    data_label: 'PUBLIC',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id: 'tenant-a',
    correlation_id: `corr-${sent}`,
    request: { name: 'Ada' },
    ...members,
  };
}

/** A Hall that listens on loopback, with a key for each role; closed with the test. */
export class RealHall {
  readonly hall: Hall;
  readonly url: string;
  readonly greeted: unknown[];
  readonly #keys: ReadonlyMap<Role, string>;

  private constructor(hall: Hall, url: string, greeted: unknown[], keys: ReadonlyMap<Role, string>) {
    this.hall = hall;
    this.url = url;
    this.greeted = greeted;
    this.#keys = keys;
  }

  static async open(options: HallOptions = {}): Promise<RealHall> {
    const greeted: unknown[] = [];
    const workers = [{ delivery: inProcessDelivery(greeter(greeted)) }];
    const hall = await createHall({ rules: RULES, workers, ...options });
    const keys = new Map<Role, string>();
    for (const role of ['tenant', 'worker', 'steward', 'auditor', 'admin'] as const) {
      const granted = SCOPES[role] ?? {};
      keys.set(role, (await hall.identity.keys.create({ label: role, roles: [role], ...granted })).key);
    }
    const url = await hall.app.listen({ host: '127.0.0.1', port: 0 });
    onTestFinished(() => hall.close(0));
    return new RealHall(hall, url, greeted, keys);
  }

  key(role: Role): string {
    const key = this.#keys.get(role);
    if (key === undefined) throw new Error(`there is no key for ${role}`);
    return key;
  }

  /** A client with the key of a role. */
  as(role: Role, options: Omit<HallClientOptions, 'url' | 'key'> = {}): HallClient {
    return createHallClient({ url: this.url, key: this.key(role), ...options });
  }
}
