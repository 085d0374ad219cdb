import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine, Served } from './machine.ts';
import { succeed } from './witness.ts';

/** The people of the scene. */
export type Person = 'admin' | 'steward' | 'auditor' | 'kept' | 'forgotten';

/** The tenant whose requests stay, and the one that is forgotten. */
export const TENANTS = { kept: 'agent.example', forgotten: 'agent.forgotten' } as const;

/** What `GET /wcp/log` says. */
interface Log {
  readonly origin: string;
  readonly size: number;
  readonly verifier_key: string;
  readonly first_key: string;
}

/** A Hall of the scene: `wcp serve` in a folder of its own. */
export class SceneHall {
  readonly dir: string;
  readonly #machine: Machine;
  readonly #keys = new Map<Person, string>();
  #served: Served | null = null;
  #url = '';
  #asked = 0;

  constructor(machine: Machine, dir: string) {
    this.#machine = machine;
    this.dir = dir;
  }

  /** The private key of the log, as it is now: what a thief would take. */
  get key(): string {
    return readFileSync(join(this.dir, 'keys/hall-key.pem'), 'utf8');
  }

  async start(): Promise<void> {
    const args = ['serve', this.dir, '--port', '0', '--log-format', 'json'];
    this.#served = await this.#machine.serve(args, /"The Hall is ready\."[^\n]*\n/);
    const line = this.#served.out.split('\n').find((each) => each.includes('The Hall is ready.')) ?? '{}';
    const { url, made } = JSON.parse(line) as Ready;
    this.#url = url;
    for (const { role, key } of made.keys) this.#keys.set(role === 'tenant' ? 'kept' : (role as Person), key);
  }

  async stop(): Promise<void> {
    await this.#served?.stop();
    this.#served = null;
  }

  /** Changes a document in its folder. */
  edit(name: string, change: object): void {
    const file = join(this.dir, name);
    const document = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...document, ...change }, null, 2));
  }

  async addKey(person: Person, args: readonly string[]): Promise<void> {
    const { out } = await this.as('admin', ['keys', 'create', '--label', person, '--json', ...args]);
    this.#keys.set(person, (JSON.parse(out) as { key: string }).key);
  }

  /** Runs `wcp` as one of the people. */
  as(person: Person, args: readonly string[]): Promise<{ readonly out: string }> {
    const env = { WCP_HALL_URL: this.#url, WCP_HALL_KEY: this.#keys.get(person) ?? '' };
    return succeed(this.#machine, args, env);
  }

  /** Asks the Hall over HTTP. A denied request is an answer. @throws where the Hall refuses */
  async ask<T>(person: Person, path: string, body?: object): Promise<T> {
    const headers = {
      authorization: `Bearer ${this.#keys.get(person)}`,
      'content-type': 'application/json',
    };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${this.#url}${path}`, { headers, ...sent });
    const text = await response.text();
    const isAnswer = response.ok || (response.status === 403 && text.startsWith('{"decision"'));
    if (!isAnswer) throw new Error(`${path} was answered with ${response.status}: ${text}`);
    return (path === '/wcp/checkpoint' ? text : JSON.parse(text)) as T;
  }

  log(): Promise<Log> {
    return this.ask('admin', '/wcp/log');
  }

  /** A request of a tenant; what is not said of it is that of the example. */
  greet<T = unknown>(tenant: keyof typeof TENANTS, path = '/wcp/dispatch', change: object = {}): Promise<T> {
    this.#asked += 1;
    return this.ask(tenant, path, {
      capability_id: 'cap.hello.greet',
      env: 'dev',
      data_label: 'PUBLIC',
      tenant_risk: 'low',
      qos_class: 'P2',
      tenant_id: TENANTS[tenant],
      correlation_id: `scene-${this.#asked}`,
      request: { name: 'Ada' },
      ...change,
    });
  }
}

interface Ready {
  readonly url: string;
  readonly made: { readonly keys: readonly { readonly role: string; readonly key: string }[] };
}
