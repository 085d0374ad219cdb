import type { AddressInfo } from 'node:net';
import { defineWorker, sealRecord, type Worker } from '@wcp/worker-kit';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
// Workers do not depend on a server: this is the real Hall, for the tests only.
// @boundaries-ignore the tests of this package call a real Hall
import {
  createHall,
  type Hall,
  inProcessDelivery,
  type WebhookTarget,
} from '../../../../packages/hall/src/index.ts';

/** The base64 of "a secret of these tests", which is not a secret. */
export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of these tests').toString('base64')}`;
export const CAPABILITIES = {
  held: 'cap.web.fetch',
  executed: 'cap.ml.embed',
  incident: 'cap.research.register',
  approve: 'cap.ops.approve',
} as const;

const RATIONALE = 'Nobody fetches <b>anything</b> without a human.';

function ruleFor(capability_id: string, worker_species_id: string, supervisor_level: string | null): object {
  return {
    rule_id: `rr_${capability_id.replaceAll('.', '_')}`,
    match: { capability_id },
    decision: {
      candidate_workers_ranked: [{ worker_species_id, score_hint: 1 }],
      escalation: {
        policy_gate: false,
        ...(supervisor_level !== null && {
          human_required_default: true,
          supervisor_level,
          rationale: RATIONALE,
        }),
      },
    },
  };
}

const SPECIES = 'wrk.web.fetcher';
const RULES = [
  ruleFor(CAPABILITIES.held, SPECIES, 'gatekeeper'),
  ruleFor(CAPABILITIES.executed, SPECIES, 'executor'),
  ruleFor(CAPABILITIES.incident, SPECIES, 'incident_commander'),
  ruleFor(CAPABILITIES.approve, 'wrk.ops.human-approver', null),
];

/** The requests that the worker behind the holds ran. */
export type Ran = unknown[];

function recordingWorker(ran: Ran): Worker {
  return defineWorker({
    record: sealRecord({
      worker_id: 'org.acme.fetcher.one',
      worker_species_id: SPECIES,
      capabilities: [CAPABILITIES.held, CAPABILITIES.executed, CAPABILITIES.incident],
      risk_tier: 'low',
      allowed_environments: ['dev', 'stage', 'prod'],
      blast_radius: { data: 1, network: 2, financial: 0, time: 0, reversibility: 'reversible' },
      privilege_envelope: { network_egress: 'none' },
    }),
    input: z.looseObject({ fail: z.boolean().optional() }),
    run: (request) => {
      if (request.fail === true) throw new Error('failed as requested');
      ran.push(request);
      return { fetched: true };
    },
  });
}

interface Recorded {
  readonly ran: Ran;
  readonly logged: readonly string[];
}

/** A Hall that listens on loopback, with a key for a tenant, one for a steward, and a worker that records its requests. */
export class RealHall {
  readonly hall: Hall;
  readonly ran: Ran;
  readonly url: string;
  readonly stewardKey: string;
  readonly #tenantKey: string;
  readonly #logged: readonly string[];
  #dispatched = 0;

  private constructor(
    hall: Hall,
    { ran, logged }: Recorded,
    keys: { readonly steward: string; readonly tenant: string },
  ) {
    this.hall = hall;
    this.ran = ran;
    this.#logged = logged;
    this.url = `http://127.0.0.1:${(hall.app.server.address() as AddressInfo).port}`;
    this.stewardKey = keys.steward;
    this.#tenantKey = keys.tenant;
  }

  /** Closed with the test. */
  static async open(
    options: {
      readonly webhooks?: readonly WebhookTarget[];
      readonly port?: number;
      readonly workers?: readonly Worker[];
    } = {},
  ): Promise<RealHall> {
    const ran: Ran = [];
    const workers = [recordingWorker(ran), ...(options.workers ?? [])].map((worker) => ({
      delivery: inProcessDelivery(worker),
    }));
    const logged: string[] = [];
    const hall = await createHall({
      rules: RULES,
      workers,
      notify: { webhooks: options.webhooks ?? [] },
      log: (level, message) => logged.push(`${level} ${message}`),
    });
    const { keys } = hall.identity;
    const steward = (await keys.create({ label: 'steward', roles: ['steward'] })).key;
    const tenant = (await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: 'tenant-a' })).key;
    await hall.app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
    onTestFinished(() => hall.close());
    return new RealHall(hall, { ran, logged }, { steward, tenant });
  }

  get env(): { readonly WCP_HALL_URL: string; readonly WCP_HALL_KEY: string } {
    return { WCP_HALL_URL: this.url, WCP_HALL_KEY: this.stewardKey };
  }

  /** A dispatch by the tenant; `members` replace or add. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  async dispatch(members: Readonly<Record<string, unknown>> = {}): Promise<any> {
    this.#dispatched += 1;
    return this.#ask('POST', '/wcp/dispatch', this.#tenantKey, {
      capability_id: CAPABILITIES.held,
      env: 'prod',
      data_label: 'RESTRICTED',
      tenant_risk: 'high',
      qos_class: 'P1',
      tenant_id: 'tenant-a',
      correlation_id: `corr-${this.#dispatched}`,
      request: { url: 'https://example.org/' },
      ...members,
    });
  }

  /** A dispatch that is held; gives the id of its approval. */
  async hold(members: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const answer = await this.dispatch(members);
    if (answer.decision?.outcome !== 'STEWARD_HOLD') {
      throw new Error(`not held: ${JSON.stringify(answer)} ${this.#logged.join('\n')}`);
    }
    return answer.decision.pending_approval_id;
  }

  /** Resolves a hold as another steward, without the page. */
  async resolve(approval_id: string, more: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#ask('POST', '/wcp/approvals/resolve', this.stewardKey, { approval_id, ...more });
  }

  /** The state of a hold. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  approval(id: string): Promise<any> {
    return this.#ask('GET', `/wcp/approvals/${id}`, this.stewardKey);
  }

  /** The kinds of evidence about a correlation, in order. */
  async receiptKinds(correlation_id: string): Promise<string[]> {
    const path = `/wcp/receipts?correlation_id=${correlation_id}`;
    const { items } = await this.#ask('GET', path, this.stewardKey);
    return items.map(({ receipt }: { receipt: { kind: string } }) => receipt.kind);
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  async #ask(method: string, path: string, key: string, body?: unknown): Promise<any> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined
        ? { headers: { authorization: headers.authorization } }
        : { headers, body: JSON.stringify(body) }),
    });
    return response.json();
  }
}
