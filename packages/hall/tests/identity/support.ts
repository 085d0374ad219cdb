import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { FailedAuthentication } from '../../src/identity/authentication.ts';
import { type Identity, openIdentity } from '../../src/identity/identity.ts';
import type { Principal } from '../../src/identity/principal.ts';
import { createMemoryStore } from '../../src/storage/store/memory-store.ts';
import type { Change, StatefulRow, Store } from '../../src/storage/store/store.ts';

export const AUDIENCE = 'hall.example/log';
export const NOW = new Date('2026-01-31T12:00:00.000Z');
/** {@link NOW} in seconds of the epoch. */
export const EPOCH = NOW.getTime() / 1000;
export const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

/** An identity over a memory store, with a clock that stands still until it is moved. */
export class Bench {
  readonly store: Store = createMemoryStore();
  readonly commits: (readonly Change[])[] = [];
  readonly refusals: FailedAuthentication[] = [];
  identity!: Identity;
  now = NOW;
  /** What the next commits wait for. */
  beforeCommit: () => Promise<void> = async () => {};

  static async open(): Promise<Bench> {
    const bench = new Bench();
    await bench.reopen();
    return bench;
  }

  /** As after a restart of the Hall. */
  async reopen(): Promise<Identity> {
    this.identity = await openIdentity({
      store: this.store,
      audience: AUDIENCE,
      now: () => this.now,
      commit: (changes) => this.#commit(changes),
      onFailure: (refusal) => this.refusals.push(refusal),
    });
    return this.identity;
  }

  who(token: string, at: Date = this.now): Promise<Principal | null> {
    return this.identity.authenticate(`Bearer ${token}`, at);
  }

  /** Why a token is refused, and that it is. */
  async why(token: string, at: Date = this.now): Promise<string> {
    const principal = await this.who(token, at);
    if (principal !== null) return `let in as ${principal.id}`;
    return this.refusals.at(-1)?.reason ?? 'nothing was logged';
  }

  async rows(): Promise<StatefulRow[]> {
    return [...(await this.store.list('api_keys')), ...(await this.store.list('issuers'))];
  }

  async #commit(changes: readonly Change[]): Promise<void> {
    await this.beforeCommit();
    await this.store.commit(changes);
    this.commits.push(changes);
  }
}

export interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
export const pair = (): Pair => generateKeyPairSync('ed25519');
export const xOf = ({ publicKey }: Pair): string => publicKey.export({ format: 'jwk' }).x as string;
export const jwk = (of: Pair, kid?: string): object => ({
  kty: 'OKP',
  crv: 'Ed25519',
  x: xOf(of),
  ...(kid === undefined ? {} : { kid }),
});

export const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token of any header and payload, signed by hand: no library keeps a test from a forgery. */
export function token(header: unknown, payload: unknown, signature: (input: string) => Buffer): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${signature(input).toString('base64url')}`;
}

export const signedBy =
  ({ privateKey }: Pair) =>
  (input: string): Buffer =>
    sign(null, Buffer.from(input), privateKey);

export const TENANT_ISSUER = 'https://idp.acme.example';
export const keys = pair();

/** The issuer of the tenant acme, that may not mint anything but a tenant. */
export const tenantIssuer = {
  issuer: TENANT_ISSUER,
  tenant_id: 'acme',
  authority: null,
  roles: ['tenant'],
  keys: { keys: [jwk(keys, 'k1')] },
};
export const HEADER = { alg: 'EdDSA', kid: 'k1' };
export const CLAIMS = {
  iss: TENANT_ISSUER,
  sub: 'agent-7',
  aud: AUDIENCE,
  iat: EPOCH - 10,
  exp: EPOCH + 600,
};

/** A credential of the tenant's issuer; an undefined claim is left out. */
export function mint(claims: object = {}, header: object = {}, by: Pair = keys): string {
  return token({ ...HEADER, ...header }, { ...CLAIMS, ...claims }, signedBy(by));
}
