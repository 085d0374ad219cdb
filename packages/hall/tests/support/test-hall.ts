import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import type { RouteDecision } from '@wcp/spec';
import type { Role } from '@wcp/spec/hall';
import type { AssembledHall } from '../../src/hall/create-hall.ts';
import { assembleHall } from '../../src/hall/create-hall.ts';
import type { HallOptions } from '../../src/hall/hall-options.ts';
import { CONFIG, inputFor, RULES } from './documents.ts';
import { ACME, CAPABILITIES, FakeDelivery, recordOf } from './workers.ts';

/** Who asks in these tests. `both` is a tenant and a steward in one person. */
export const PEOPLE = {
  tenant: { roles: ['tenant'], tenant_id: 'tenant-a' },
  foreigner: { roles: ['tenant'], tenant_id: 'tenant-b' },
  owner: { roles: ['worker-owner'], authority: 'org.acme' },
  rival: { roles: ['worker-owner'], authority: 'org.rival' },
  worker: { roles: ['worker'], authority: 'org.acme' },
  steward: { roles: ['steward'] },
  auditor: { roles: ['auditor'] },
  admin: { roles: ['admin'] },
  both: { roles: ['tenant', 'steward'], tenant_id: 'tenant-a' },
} as const satisfies Record<string, { roles: readonly Role[]; tenant_id?: string; authority?: string }>;
export type Person = keyof typeof PEOPLE | 'nobody' | 'revoked';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';

/** An answer over HTTP, its body read. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
  readonly json: any;
}

export type TestHallOptions = Omit<HallOptions, 'now'> & {
  /** Without any key, as a Hall that nobody has set up. */
  readonly isOpen?: boolean;
};

/** A Hall with a key for each of {@link PEOPLE}, one worker, and a clock that a test moves. */
export class TestHall {
  hall!: AssembledHall;
  readonly delivery: FakeDelivery;
  readonly signer: SigningKey;
  readonly logged: string[] = [];
  readonly keys = new Map<Person, string>();
  #offset = 0;
  readonly #options: TestHallOptions;

  private constructor(options: TestHallOptions) {
    this.delivery = new FakeDelivery(recordOf(ACME));
    this.signer = options.key ?? generateSigningKey();
    this.#options = options;
  }

  static async open(options: TestHallOptions = {}): Promise<TestHall> {
    const test = new TestHall(options);
    await test.#start();
    if (options.isOpen !== true) await test.#makeKeys();
    return test;
  }

  async #start(): Promise<void> {
    this.hall = await assembleHall({
      rules: RULES,
      config: CONFIG,
      origin: 'hall.example/log',
      workers: [{ delivery: this.delivery }],
      ...this.#options,
      key: this.signer,
      now: () => Date.now() + this.#offset,
      log: (level, message) => this.logged.push(`${level} ${message}`),
    });
  }

  async #makeKeys(): Promise<void> {
    const { keys } = this.hall.parts.identity;
    for (const [person, granted] of Object.entries(PEOPLE)) {
      this.keys.set(person as Person, (await keys.create({ label: person, ...granted })).key);
    }
    const revoked = await keys.create({
      label: 'revoked',
      roles: ['tenant', 'admin'],
      tenant_id: 'tenant-a',
    });
    await keys.revoke(revoked.key_id);
    this.keys.set('revoked', revoked.key);
  }

  /** As after a restart of the process, where there is a file. */
  async restart(): Promise<void> {
    await this.hall.close();
    await this.#start();
  }

  close(): Promise<void> {
    return this.hall.close();
  }

  /** Lets time pass. */
  pass(seconds: number): void {
    this.#offset += seconds * 1000;
  }

  authorization(person: Person): Record<string, string> {
    return person === 'nobody' ? {} : { authorization: `Bearer ${this.keys.get(person)}` };
  }

  async ask(person: Person, method: Method, url: string, body?: unknown): Promise<Answer> {
    const answer = await this.hall.app.inject({
      method,
      url,
      headers: {
        ...this.authorization(person),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const type = String(answer.headers['content-type'] ?? '');
    const json = /[/+]json/.test(type) && answer.body !== '' ? JSON.parse(answer.body) : null;
    return { status: answer.statusCode, type, text: answer.body, json };
  }

  get(person: Person, url: string): Promise<Answer> {
    return this.ask(person, 'GET', url);
  }

  post(person: Person, url: string, body: unknown): Promise<Answer> {
    return this.ask(person, 'POST', url, body);
  }

  /** Every event that is durable, in the order of the commits. */
  async events(): Promise<{ readonly event_id: string; readonly [detail: string]: unknown }[]> {
    const rows = await this.hall.parts.storage.store.list('events', { limit: 100_000 });
    return rows.flatMap(({ events }) => JSON.parse(events ?? '[]'));
  }

  /** A dispatch that is held; gives the id of its approval. */
  async hold(
    capability: keyof typeof CAPABILITIES = 'held',
    members: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly approval_id: string; readonly decision: RouteDecision }> {
    const input = inputFor('tenant-a', { capability_id: CAPABILITIES[capability], ...members });
    const { status, json } = await this.post('tenant', '/wcp/dispatch', input);
    if (status !== 202) throw new Error(`held with ${status}: ${JSON.stringify(json)}`);
    return { approval_id: json.decision.pending_approval_id, decision: json.decision };
  }

  resolve(person: Person, approval_id: string, more: object = { resolution: 'approve' }): Promise<Answer> {
    return this.post(person, '/wcp/approvals/resolve', { approval_id, ...more });
  }
}
