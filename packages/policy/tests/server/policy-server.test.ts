import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { checkServer, uncheckedOf } from '../../src/server/check-server.ts';
import { PolicyServer } from '../../src/server/policy-server.ts';
import type { ServerOptions } from '../../src/server/server-options.ts';
import { jsonServer } from '../support/json-server.ts';
import { selfSigned } from '../support/self-signed.ts';

function client(options: ServerOptions): PolicyServer {
  const server = new PolicyServer(options, '/decide?strict=true');
  onTestFinished(() => server.close());
  return server;
}

const ask = (server: PolicyServer, ms = 2_000) => server.ask({ is: 'it' }, AbortSignal.timeout(ms));

test('A question is posted as JSON with the token, and connections are kept.', async () => {
  const server = await jsonServer(() => ({ yes: true }));
  const asking = client({ url: `${server.url}/base/`, token: 'abc.def' });
  for (let times = 0; times < 5; times += 1) expect(await ask(asking)).toEqual({ yes: true });
  expect(server.connections()).toBe(1);
  expect(server.received[0]).toMatchObject({
    method: 'POST',
    url: '/base/decide?strict=true',
    body: { is: 'it' },
    headers: {
      authorization: 'Bearer abc.def',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
    },
  });
});

test('A redirect is not followed: its target would decide in the place of the server.', async () => {
  const other = await jsonServer(() => ({ decision: true }));
  const server = await jsonServer((_question, response) => {
    response.writeHead(307, { location: other.url }).end();
  });
  await expect(ask(client({ url: server.url }))).rejects.toThrow('status 307');
  expect(other.received).toEqual([]);
});

test('Any other status than 200 is no answer, whatever the body says.', async () => {
  for (const status of [201, 204, 401, 403, 404, 500, 503]) {
    const server = await jsonServer((_question, response) => {
      response.writeHead(status).end('{"decision": true}');
    });
    await expect(ask(client({ url: server.url }))).rejects.toThrow(`status ${status}`);
  }
});

test('An answer that is too long, nested too deeply, not JSON, not UTF-8 or ambiguous is no answer.', async () => {
  const bodies = [
    '',
    'true!',
    '{"decision": true, "decision": false}',
    '['.repeat(5_000),
    '"'.padEnd(300_000, 'x'),
  ];
  for (const body of [...bodies, Buffer.from([0x22, 0xff, 0x22])]) {
    const server = await jsonServer((_question, response) => void response.end(body));
    await expect(ask(client({ url: server.url }))).rejects.toMatchObject({ code: 'ERR_WCP_POLICY_ANSWER' });
  }
});

test('An endless answer is cut off, and its connection closed.', async () => {
  const server = await jsonServer(async (_question, response) => {
    const closed = once(response, 'close');
    while (!response.destroyed)
      if (!response.write('x'.repeat(65_536))) await Promise.race([once(response, 'drain'), closed]);
  });
  await expect(ask(client({ url: server.url }))).rejects.toThrow('more than');
});

test('A server that is late is left, as is one that closes while it answers or is not there.', async () => {
  const server = await jsonServer(() => new Promise(() => {}));
  await expect(ask(client({ url: server.url }), 50)).rejects.toThrow();
  server.answer = (_question, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{');
    response.destroy();
  };
  await expect(ask(client({ url: server.url }))).rejects.toThrow();
  await server.close();
  await expect(ask(client({ url: server.url }))).rejects.toThrow('ECONNREFUSED');
});

test('What is not HTTP is no answer.', async () => {
  const server = createServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { readonly port: number };
  await expect(ask(client({ url: `http://127.0.0.1:${port}` }))).rejects.toThrow('The policy server failed');
});

test('A kept connection that the server has closed meanwhile is replaced, once.', async () => {
  const server = await jsonServer(() => ({ yes: true }));
  const asking = client({ url: server.url });
  await ask(asking);
  server.answer = ({ body }, response) => {
    if (server.received.length > 2) return { yes: body };
    response.destroy();
    return undefined;
  };
  expect(await ask(asking)).toEqual({ yes: { is: 'it' } });
  server.answer = (_question, response) => void response.destroy();
  await expect(ask(asking)).rejects.toThrow();
});

test('A server is trusted by its certificate: the authority that was given, and no other.', async () => {
  const { key, cert } = selfSigned();
  const server = await jsonServer(() => ({ yes: true }), { key, cert });
  await expect(ask(client({ url: server.url }))).rejects.toThrow('certificate');
  await expect(ask(client({ url: server.url, ca: selfSigned().cert }))).rejects.toThrow('certificate');
  expect(await ask(client({ url: server.url, ca: cert }))).toEqual({ yes: true });
});

test('How a server is named is checked without asking it.', () => {
  const codes = (options: ServerOptions) => checkServer(options).map(({ code }) => code);
  const url = 'http://127.0.0.1:8181';
  for (const wrong of [
    '',
    'opa:8181',
    'ftp://opa',
    'http://u:p@opa',
    'http://opa/?a=1',
    'http://opa/#a',
    'http://opa/?',
    'http://opa/#',
    'http://opa ',
    'http://opa/a\tb',
    'unix:/run/opa',
  ]) {
    expect(codes({ url: wrong }), wrong).toEqual(['POLICY_SERVER_ADDRESS']);
  }
  for (const token of ['', 'two words', 'line\r\nx-evil: 1', '"quoted"', 'x'.repeat(9_000)]) {
    expect(codes({ url, token }), token.slice(0, 20)).toEqual(['POLICY_SERVER_TOKEN']);
  }
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
  for (const ca of ['', 'no certificate', broken]) expect(codes({ url, ca })).toEqual(['POLICY_SERVER_CA']);
  expect(codes({ url, ca: selfSigned().cert, token: 'abc-._~+/=' })).toEqual([]);
});

test('A variable that turns off the checks of certificates does not turn them off here.', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { key, cert } = selfSigned();
  const server = await jsonServer(() => ({ yes: true }), { key, cert });
  await expect(ask(client({ url: server.url }))).rejects.toThrow('certificate');
});

test('An answer that comes drop by drop is too late, and its connection is closed.', async () => {
  const server = await jsonServer(() => ({ yes: true }));
  const closed = new Promise<void>((resolve) => {
    server.answer = (_question, response) => {
      const drops = setInterval(() => response.write(' '), 5);
      response.on('close', () => {
        clearInterval(drops);
        resolve();
      });
    };
  });
  await expect(ask(client({ url: server.url }), 100)).rejects.toThrow();
  await closed;
});

test('A connection that others can read is said, but for one that stays on the machine.', () => {
  for (const url of ['https://opa.example', 'http://127.0.0.1:1', 'http://localhost', 'http://[::1]:1']) {
    expect(uncheckedOf({ url }), url).toEqual([]);
  }
  expect(uncheckedOf({ url: 'http://opa:8181' })[0]).toContain('not encrypted');
});
