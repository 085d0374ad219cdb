import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messagesOf } from '../support/http-client.ts';
import { type Json, metaOf } from '../support/pipe.ts';
import { GatewayFolder } from './gateway-folder.ts';

const signing = await generateKeyPair('ES256', { extractable: true });
const foreign = await generateKeyPair('ES256', { extractable: true });

/** Publishes the key of the issuer. */
let issuing: Server;
let issuer: string;
let resource: string;
let folder: GatewayFolder;
let steward: string;

beforeAll(async () => {
  const keys = [{ ...(await exportJWK(signing.publicKey)), kid: 'a', alg: 'ES256', use: 'sig' }];
  issuing = createServer((request, response) => {
    const isKeys = request.url === '/jwks';
    response
      .writeHead(isKeys ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys }));
  });
  issuer = `http://127.0.0.1:${await listen(issuing)}`;
  folder = await openFolder();
});
afterAll(async () => {
  await folder.gateway.close();
  rmSync(folder.dir, { recursive: true, force: true });
  await new Promise((resolve) => issuing.close(resolve));
});

/** A gateway with two tenants, each by its scope, as `mcp.json` says it. */
async function openFolder(): Promise<GatewayFolder> {
  const opened = await GatewayFolder.make(mkdtempSync(join(tmpdir(), 'wcp-mcp-test-')));
  opened.edit('hall.json', (config) => ({ ...config, allowed_tenants: ['agent.local', 'agent.other'] }));
  await opened.start();
  const other = await createKey(opened, 'agent.other');
  await opened.gateway.close();
  const port = await freePort();
  resource = `http://127.0.0.1:${port}/mcp`;
  const tenants = [
    { scope: 'tenant:local', tenant_id: 'agent.local', key: fromEnv('LOCAL_KEY') },
    { scope: 'tenant:other', tenant_id: 'agent.other', key: fromEnv('OTHER_KEY') },
    // What the key says counts: nobody becomes another tenant by a slip of the operator.
    { scope: 'tenant:slip', tenant_id: 'agent.local', key: fromEnv('OTHER_KEY') },
  ];
  const oauth = { issuer, resource, jwks_url: `${issuer}/jwks`, tenants };
  opened.edit('mcp.json', (settings) => ({ ...settings, http: { port, oauth } }));
  const env = { LOCAL_KEY: opened.key('agent'), OTHER_KEY: other };
  await opened.start(undefined, env);
  steward = opened.key('steward');
  return opened;
}

/** What `mcp.json` says where the environment has the value. */
function fromEnv(name: string): string {
  return `\${${name}}`;
}

interface TokenChange {
  readonly claims?: Json;
  readonly header?: object;
  readonly key?: Parameters<SignJWT['sign']>[0];
}

function token({ claims = {}, header = {}, key = signing.privateKey }: TokenChange = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: issuer, aud: resource, sub: 'user-1', iat: now, exp: now + 60, scope: 'tenant:local' };
  const all = Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined);
  return new SignJWT(Object.fromEntries(all))
    .setProtectedHeader({ alg: 'ES256', kid: 'a', ...header })
    .sign(key);
}

function post(authorization: string | null, method = 'tools/list', params: object = {}, url = resource) {
  const name = (params as { name?: string }).name;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': name }),
    ...(authorization !== null && { authorization }),
  };
  const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: metaOf() } };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

const metadataUrl = () => resource.replace('/mcp', '/.well-known/oauth-protected-resource/mcp');
const challengeOf = (answer: Response) => answer.headers.get('www-authenticate') ?? '';

describe('The gateway of a folder with an issuer', () => {
  test('Sends a client without a credential to its metadata, which names this face and the issuer (RFC 9728)', async () => {
    const refused = await post(null);
    expect(refused.status).toBe(401);
    const challenge = challengeOf(refused);
    // Nothing was sent, so nothing is wrong with it (RFC 6750, section 3.1).
    expect(challenge).not.toContain('error');
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
    expect(url).toBe(metadataUrl());
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({
      resource,
      authorization_servers: [issuer],
      scopes_supported: ['tenant:local', 'tenant:other', 'tenant:slip'],
      bearer_methods_supported: ['header'],
    });
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
  });

  test.each([
    ['tenant:local', 'agent.local', 'agent.other'],
    ['tenant:other', 'agent.other', 'agent.local'],
  ])(
    'Lets a token with the scope %s call as %s, and leaves evidence of no other',
    async (scope, tenant, other) => {
      const [own, others] = [
        await folder.receipts('outcome', tenant),
        await folder.receipts('outcome', other),
      ];
      const given = { name: 'echo', arguments: { a: scope } };
      const answer = await post(`Bearer ${await token({ claims: { scope } })}`, 'tools/call', given);
      expect(answer.status).toBe(200);
      expect((await messagesOf(answer)).at(-1).result.structuredContent.arguments).toEqual({ a: scope });
      expect(await folder.receipts('outcome', tenant)).toHaveLength(own.length + 1);
      expect(await folder.receipts('outcome', other)).toHaveLength(others.length);
    },
  );

  test('Runs nothing for a scope whose key is that of another tenant than its entry says', async () => {
    const given = { name: 'echo', arguments: {} };
    const ran = folder.ran().length;
    const answer = await post(
      `Bearer ${await token({ claims: { scope: 'tenant:slip' } })}`,
      'tools/call',
      given,
    );
    const [{ result }] = (await messagesOf(answer)) as [Json];
    expect(result._meta['org.wcp/refusal'].code).toBe('HALL_REFUSED');
    expect(folder.ran()).toHaveLength(ran);
  });

  const past = () => Math.floor(Date.now() / 1000) - 60;
  test.each<[string, () => Promise<string>]>([
    ['for another resource', () => token({ claims: { aud: 'http://127.0.0.1:1/mcp' } })],
    ['for the face of stewards', () => token({ claims: { aud: resource.replace('/mcp', '/steward') } })],
    ['for no resource', () => token({ claims: { aud: undefined } })],
    ['of another issuer', () => token({ claims: { iss: 'https://login.example.com' } })],
    ['that has expired', () => token({ claims: { exp: past() } })],
    ['that is not valid yet', () => token({ claims: { nbf: past() + 600 } })],
    ['signed with a key that the issuer does not publish', () => token({ key: foreign.privateKey })],
    ['with a key of its own in its header', foreignKeyInHeader],
    ['without a signature (alg none)', unsigned],
    ['signed with the public key as a shared secret (HS256)', publicKeyAsSecret],
  ])('Refuses a token %s: 401, invalid_token, and where to get one', async (_, make) => {
    const answer = await post(`Bearer ${await make()}`);
    expect(answer.status).toBe(401);
    expect(challengeOf(answer)).toContain('error="invalid_token"');
    expect(challengeOf(answer)).toContain(`resource_metadata="${metadataUrl()}"`);
  });

  test.each([
    ['of no tenant', 'openid profile'],
    ['of two tenants', 'tenant:local tenant:other'],
    ['that only begins like one', 'tenant:local2'],
    ['of none at all', undefined],
  ])('Refuses a genuine token with scopes %s: 403, insufficient_scope', async (_, scope) => {
    const answer = await post(`Bearer ${await token({ claims: { scope } })}`);
    expect(answer.status).toBe(403);
    expect(challengeOf(answer)).toContain('error="insufficient_scope"');
    expect(challengeOf(answer)).toContain(`resource_metadata="${metadataUrl()}"`);
  });

  test('Takes keys of the Hall as before, and no token in the URL or at the face of stewards', async () => {
    expect((await post(`Bearer ${folder.key('agent')}`)).status).toBe(200);
    const held = await token();
    expect((await post(null, 'tools/list', {}, `${resource}?access_token=${held}`)).status).toBe(401);
    const stewards = resource.replace('/mcp', '/steward');
    expect((await post(`Bearer ${held}`, 'tools/list', {}, stewards)).status).toBe(401);
    expect((await post(`Bearer ${steward}`, 'tools/list', {}, stewards)).status).toBe(200);
    expect((await post(`Bearer ${steward}`)).status).toBe(403);
  });

  test('Shows a token to nobody behind it: neither the server nor the evidence has it', async () => {
    const held = await token();
    const given = { name: 'echo', arguments: {} };
    const [message] = await messagesOf(await post(`Bearer ${held}`, 'tools/call', given));
    expect(JSON.stringify(message)).not.toContain(held.split('.')[2]);
    expect(folder.log()).not.toContain(held.split('.')[2]);
  });
});

test('A folder whose oauth would let too much pass, or lacks a key, does not open, and says why.', async () => {
  const broken = await GatewayFolder.make();
  const tenants = [{ scope: 'a', tenant_id: 'agent.local', key: 'wcp_a' }];
  const oauth = { issuer, resource: 'https://tools.example.com/mcp', jwks_url: `${issuer}/jwks`, tenants };
  for (const [change, said] of [
    [{ issuer: 'http://login.example.com' }, 'https, or http on this machine'],
    [{ algorithms: ['HS256'] }, 'The algorithms must be some of'],
    [{ tenants: [{ scope: 'a', tenant_id: 'a', key: fromEnv('NOWHERE') }] }, 'NOWHERE is not set'],
  ] as const) {
    broken.edit('mcp.json', (settings) => ({
      ...settings,
      http: { port: 0, oauth: { ...oauth, ...change } },
    }));
    await expect(broken.start()).rejects.toMatchObject({
      code: 'ERR_WCP_MCP_CONFIG',
      message: expect.stringContaining(said),
    });
  }
});

async function foreignKeyInHeader(): Promise<string> {
  return token({
    key: foreign.privateKey,
    header: { jwk: await exportJWK(foreign.publicKey), kid: undefined },
  });
}

async function unsigned(): Promise<string> {
  const [, claims] = (await token()).split('.');
  return `${Buffer.from('{"alg":"none","kid":"a"}').toString('base64url')}.${claims}.`;
}

async function publicKeyAsSecret(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(signing.publicKey));
  return token({ key: secret, header: { alg: 'HS256' } });
}

async function createKey(opened: GatewayFolder, tenant_id: string): Promise<string> {
  const answer = await fetch(new URL('/wcp/keys', opened.gateway.urls?.hall), {
    method: 'POST',
    headers: { authorization: `Bearer ${opened.key('operator')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ label: 'other', roles: ['tenant'], tenant_id }),
  });
  return ((await answer.json()) as { key: string }).key;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** The URL of the resource stands in the settings, so the port must be known before. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket();
    socket.listen(0, '127.0.0.1', () => {
      const { port } = socket.address() as AddressInfo;
      socket.close(() => resolve(port));
    });
  });
}
