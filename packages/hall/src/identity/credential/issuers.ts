import { ProblemError } from '../../base/problem.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { Commit, Store } from '../../storage/store/store.ts';
import type { Principal } from '../principal.ts';
import { readForm } from '../read-form.ts';
import { listRows } from '../stored-rows.ts';
import { sourceOf } from './claims.ts';
import { ISSUER_FORM, type Issuer, issuerRow, readIssuerRow, TrustedIssuer } from './issuer.ts';

/** The management of issuers; what is wrong is thrown as a {@link ProblemError}. */
export interface IssuerManagement {
  /** Trusts an issuer given as {issuer, tenant_id, authority, roles, keys}; an earlier one of this name is replaced. */
  put(body: unknown): Promise<Issuer>;
  /** The trusted issuers, sorted by name. */
  list(): Issuer[];
  /** Removes an issuer: its credentials are no longer valid. */
  remove(issuer: string): Promise<void>;
}

/** The trusted issuers by name, at one time. */
export type Trusted = ReadonlyMap<string, TrustedIssuer>;

/** The issuers of a Hall, all of them in memory. */
export class Issuers implements IssuerManagement {
  readonly #commit: Commit;
  readonly #now: () => Date;
  readonly #queue = new SerialQueue();
  #trusted: Trusted = new Map();
  #isConfigured = false;

  private constructor(commit: Commit, now: () => Date) {
    this.#commit = commit;
    this.#now = now;
  }

  /** @throws {WcpError} `ERR_WCP_STORE` where a row cannot be read */
  static async load(store: Store, commit: Commit, now: () => Date): Promise<Issuers> {
    const issuers = new Issuers(commit, now);
    await issuers.follow(store);
    return issuers;
  }

  /** Reads the issuers again that other Halls trust or no longer do. */
  async follow(store: Store): Promise<void> {
    const rows = (await listRows(store, 'issuers')).map((row) => ({ ...row, issuer: readIssuerRow(row) }));
    const active = rows.filter(({ state }) => state === 'active');
    this.#trusted = new Map(active.map(({ id, issuer }) => [id, new TrustedIssuer(issuer)]));
    this.#isConfigured = rows.length > 0;
  }

  /** Whether an issuer was ever configured. */
  get isConfigured(): boolean {
    return this.#isConfigured;
  }

  /** Never modified but replaced, so that a holder notices a change by comparing. */
  get trusted(): Trusted {
    return this.#trusted;
  }

  /** The principal with an id whose issuer is trusted, with all that this issuer may grant; else null. */
  principal(id: string): Principal | null {
    for (const { issuer } of this.#trusted.values()) {
      const source = `${sourceOf(issuer)}:`;
      const { roles, tenant_id, authority } = issuer;
      if (id.startsWith(source) && id.length > source.length) return { id, roles, tenant_id, authority };
    }
    return null;
  }

  async put(body: unknown): Promise<Issuer> {
    const issuer = readForm(ISSUER_FORM, body);
    return this.#queue.run(async () => {
      const trusted = new TrustedIssuer(issuer);
      await this.#commit([{ put: 'issuers', row: issuerRow(issuer, 'active', this.#now()) }]);
      this.#trusted = new Map(this.#trusted).set(issuer.issuer, trusted);
      this.#isConfigured = true;
      return structuredClone(issuer);
    });
  }

  list(): Issuer[] {
    const issuers = [...this.#trusted.values()].map(({ issuer }) => structuredClone(issuer));
    return issuers.sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  }

  remove(name: string): Promise<void> {
    return this.#queue.run(async () => {
      const issuer = this.#trusted.get(name)?.issuer;
      if (issuer === undefined) throw new ProblemError('NOT_FOUND', 'There is no issuer with this name.');
      await this.#commit([{ put: 'issuers', row: issuerRow(issuer, 'removed', this.#now()) }]);
      this.#trusted = new Map([...this.#trusted].filter(([id]) => id !== name));
    });
  }
}
