import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  authenticateByToken,
  type TokenAuthenticationOptions,
} from '../../src/face/auth/token-authentication.ts';
import { FakeGateway } from '../support/fake-gateway.ts';
import { HttpClient } from '../support/http-client.ts';

const RESOURCE = 'https://tools.example.com/mcp';
const ISSUER = 'https://login.example.com';
const signing = await generateKeyPair('ES256', { extractable: true });
const foreign = await generateKeyPair('ES256', { extractable: true });
const weak = await generateKeyPair('RS256', { extractable: true });

let server: Server;
let jwks_url: string;
let asked = 0;
let isUp = true;

beforeAll(async () => {
  const keys = [
    { ...(await exportJWK(signing.publicKey)), kid: 'a', alg: 'ES256' },
    { ...(await exportJWK(weak.publicKey)), kid: 'rsa' },
  ];
  server = createServer((_, response) => {
    asked += 1;
    response
      .writeHead(isUp ? 200 : 500, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  jwks_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function options(more: Partial<TokenAuthenticationOptions> = {}): TokenAuthenticationOptions {
  const tenants = [
    { scope: 'tenant:acme', tenant_id: 'acme', credential: 'wcp_acme' },
    { scope: 'tenant:other', tenant_id: 'other', credential: 'wcp_other' },
  ];
  return {
    issuer: ISSUER,
    resource: RESOURCE,
    jwks_url,
    scopes: ['tools'],
    tenants,
    algorithms: ['ES256'],
    ...more,
  };
}

/** A token that holds, but for what is changed. */
function token(
  change: { readonly [claim: string]: unknown } = {},
  header: object = {},
  key = signing.privateKey,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: RESOURCE,
    sub: 'user-1',
    exp: now + 60,
    scope: 'tools tenant:acme',
    ...change,
  };
  const kept = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
  return new SignJWT(kept).setProtectedHeader({ alg: 'ES256', kid: 'a', ...header }).sign(key);
}

const unsigned = (claims: object) =>
  `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;

describe('An access token', () => {
  test('Makes its holder a caller of the tenant that its scope names, with the key of that tenant', async () => {
    const authenticate = authenticateByToken(options());
    expect(await authenticate(`Bearer ${await token()}`)).toEqual({
      ok: true,
      caller: { tenant_id: 'acme', credential: 'wcp_acme', key_id: 'jwt:https%3A//login.example.com:user-1' },
    });
    const listed = await authenticate(
      `Bearer ${await token({ scope: undefined, scp: ['tools', 'tenant:other'] })}`,
    );
    expect(listed).toMatchObject({ ok: true, caller: { tenant_id: 'other' } });
  });

  const past = Math.floor(Date.now() / 1000) - 60;
  test.each([
    ['for another resource', () => token({ aud: 'https://other.example.com/mcp' }), 401],
    ['for a part of this resource', () => token({ aud: 'https://tools.example.com' }), 401],
    ['for no resource', () => token({ aud: undefined }), 401],
    ['of another issuer', () => token({ iss: 'https://evil.example.com' }), 401],
    ['that has expired', () => token({ exp: past }), 401],
    ['that never expires', () => token({ exp: undefined }), 401],
    ['that is not valid yet', () => token({ nbf: Math.floor(Date.now() / 1000) + 60 }), 401],
    ['of nobody', () => token({ sub: undefined }), 401],
    ['of an empty subject', () => token({ sub: '' }), 401],
    ['signed with another key', () => token({}, {}, foreign.privateKey), 401],
    ['signed with an unknown key', () => token({}, { kid: 'b' }, foreign.privateKey), 401],
    [
      'signed with an algorithm that is not allowed',
      () => token({}, { alg: 'RS256', kid: 'rsa' }, weak.privateKey),
      401,
    ],
    [
      'without a signature',
      async () => unsigned({ iss: ISSUER, aud: RESOURCE, sub: 'u', exp: past + 1000 }),
      401,
    ],
    ['that is no token', async () => 'nothing', 401],
    ['without the scope of the resource', () => token({ scope: 'tenant:acme' }), 403],
    ['without a tenant', () => token({ scope: 'tools' }), 403],
    ['of several tenants', () => token({ scope: 'tools tenant:acme tenant:other' }), 403],
    [
      'with a scope that only begins like that of a tenant',
      () => token({ scope: 'tools tenant:acme2' }),
      403,
    ],
  ])('Is refused %s', async (_, make, status) => {
    const authenticate = authenticateByToken(options());
    const authentication = await authenticate(`Bearer ${await make()}`);
    expect(authentication).toMatchObject({ ok: false, status });
  });

  test('Is nobody’s while the keys of the issuer cannot be read, and that is not its fault', async () => {
    isUp = false;
    const authenticate = authenticateByToken(options());
    expect(await authenticate(`Bearer ${await token()}`)).toMatchObject({ ok: false, status: 503 });
    isUp = true;
    const unreachable = authenticateByToken(options({ jwks_url: 'http://127.0.0.1:9/jwks' }));
    expect(await unreachable(`Bearer ${await token()}`)).toMatchObject({ ok: false, status: 503 });
  });

  test('Costs the issuer one request for many tokens', async () => {
    const authenticate = authenticateByToken(options());
    const before = asked;
    for (let count = 0; count < 5; count += 1) await authenticate(`Bearer ${await token()}`);
    expect(asked - before).toBe(1);
  });
});

describe('Settings of access tokens', () => {
  test.each([
    ['a shared secret', { algorithms: ['HS256'] }],
    ['no signature', { algorithms: ['none'] }],
    ['no algorithm', { algorithms: [] }],
    ['keys over plain HTTP from elsewhere', { jwks_url: 'http://login.example.com/jwks' }],
    ['an issuer that is no URL', { issuer: 'login' }],
    ['a resource with a fragment', { resource: 'https://tools.example.com/mcp#x' }],
    ['no tenant', { tenants: [] }],
    ['a tenant without a key', { tenants: [{ scope: 'a', tenant_id: 'a', credential: '' }] }],
  ])('Are refused with %s', (_, more) => {
    expect(() => authenticateByToken(options(more))).toThrow(TypeError);
  });
});

describe('A face with access tokens', () => {
  let client: HttpClient | null = null;
  afterEach(() => client?.face.close());

  test('Says where to get one, and takes keys of the Hall as well', async () => {
    const gateway = new FakeGateway();
    client = await new HttpClient({ gateway, oauth: options() }).open();
    const refused = await client.modern('tools/list', {}, { headers: { authorization: null } });
    expect(refused.status).toBe(401);
    const metadata_url = 'https://tools.example.com/.well-known/oauth-protected-resource/mcp';
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${metadata_url}", scope="tools"`,
    );
    const document = await fetch(new URL('/.well-known/oauth-protected-resource/mcp', client.url));
    expect(await document.json()).toEqual({
      resource: RESOURCE,
      authorization_servers: [ISSUER],
      scopes_supported: ['tools', 'tenant:acme', 'tenant:other'],
      bearer_methods_supported: ['header'],
      resource_name: 'WCP gateway of MCP tools',
    });
    expect((await client.modern('tools/list')).status).toBe(200);
    const headers = { authorization: `Bearer ${await token()}` };
    expect((await client.modern('tools/call', { name: 'echo' }, { headers })).status).toBe(200);
    expect(gateway.calls[0]?.caller.credential).toBe('wcp_acme');
  });

  test('Asks for more scopes with a token that lacks them', async () => {
    client = await new HttpClient({ oauth: options() }).open();
    const headers = { authorization: `Bearer ${await token({ scope: 'tenant:acme' })}` };
    const refused = await client.modern('tools/list', {}, { headers });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope".*scope="tools"$/,
    );
  });

  test('Never passes a session on to another subject of the same tenant', async () => {
    client = await new HttpClient({ oauth: options() }).open();
    const session = await client.initialize({}, { authorization: `Bearer ${await token()}` });
    const headers = { authorization: `Bearer ${await token({ sub: 'user-2' })}` };
    expect((await client.legacy(session, { id: 1, method: 'ping' }, headers)).status).toBe(404);
  });
});
