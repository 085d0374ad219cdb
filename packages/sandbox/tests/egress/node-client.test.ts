import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, vi } from 'vitest';
import { certificate, HOST, openBroker, serveHttp, serveHttps, serveTcp } from './support/hosts.ts';
import { isolated, runNode, secured } from './support/sandbox.ts';

const echo = (asked: IncomingMessage, answer: ServerResponse) => {
  answer.writeHead(200, { 'x-host': asked.headers.host ?? '' });
  asked.pipe(answer);
};

/** What a module of a test begins with. */
const trusting = () => `
import tls from 'node:tls';
const ca = ${JSON.stringify(certificate().cert)};
tls.setDefaultCACertificates([ca]);
`;

isolated('fetch reaches a listed host', async () => {
  const port = await serveHttp((_asked, answer) => answer.end('hello'));
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const ran = await runNode(broker, `console.log(await (await fetch('http://${HOST}:${port}/')).text());`);
  expect(ran).toEqual({ code: 0, out: 'hello', err: '' });
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told).toMatchObject([{ host: HOST, port, address: '127.0.0.1', outcome: 'connected' }]);
});

secured('TLS goes through unopened, from every client of Node', async () => {
  const port = await serveHttps((_asked, answer) => answer.end('secret'));
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const ran = await runNode(
    broker,
    `${trusting()}
import { get } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
const url = 'https://${HOST}:${port}/';
console.log('fetch', await (await fetch(url)).text());
console.log('https', await new Promise((done, failed) => get(url, { ca }, (answer) => done(text(answer))).on('error', failed)));
for (const client of [connect, tls.connect]) {
  const socket = client({ host: '${HOST}', port: ${port}, ca, servername: '${HOST}' }, () => socket.write('GET / HTTP/1.0\\r\\n\\r\\n'));
  console.log('tls', socket.encrypted, (await text(socket)).endsWith('secret'), socket.authorized);
}
const socket = tls.connect(${port}, '${HOST}', { ca, servername: '${HOST}' }, () => socket.end());
await new Promise((done) => socket.once('close', done));
console.log('closed');`,
  );
  expect(ran.err).toBe('');
  expect(ran.out.split('\n')).toEqual([
    'fetch secret',
    'https secret',
    'tls true true true',
    'tls true true true',
    'closed',
  ]);
});

secured('A certificate that does not fit the host is refused inside, as anywhere', async () => {
  const port = await serveHttps((_asked, answer) => answer.end('secret'));
  const { broker } = await openBroker([`other.example:${port}`]);
  const ran = await runNode(
    broker,
    `${trusting()}
await fetch('https://other.example:${port}/').catch((error) => console.log(error.cause.code));`,
  );
  expect(ran).toEqual({ code: 0, out: 'ERR_TLS_CERT_ALTNAME_INVALID', err: '' });
});

isolated('Sockets and HTTP agents of Node reach a listed host, named in any of its spellings', async () => {
  const port = await serveHttp(echo);
  const { broker } = await openBroker([`bücher.example:${port}`]);
  const ran = await runNode(
    broker,
    `
import http from 'node:http';
import net, { connect, createConnection, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
const ask = 'POST / HTTP/1.0\\r\\ncontent-length: 2\\r\\n\\r\\nhi';
const last = async (socket) => (await text(socket)).slice(-2);
console.log('names');
for (const host of ['bücher.example', 'BÜCHER.example.', 'xn--bcher-kva.example', 'XN--bcher-KVA.Example']) {
  const socket = net.connect({ host, port: ${port} });
  socket.write(ask); // before it is connected
  console.log(socket.connecting, await last(socket), socket.connecting);
}
console.log('forms');
const forms = [() => connect(${port}, 'bücher.example'), () => createConnection('${port}', 'bücher.example'), () => new Socket().connect(${port}, 'bücher.example')];
for (const form of forms) {
  const socket = form();
  await new Promise((done) => socket.once('connect', done));
  socket.write(ask);
  console.log(await last(socket));
}
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
for (const body of ['one', 'two']) {
  const request = http.request({ agent, method: 'POST', host: 'bücher.example', port: ${port} });
  request.end(body);
  const [answer] = await new Promise((done) => request.once('response', (...all) => done(all)));
  console.log(await text(answer), request.reusedSocket);
}
agent.destroy();`,
  );
  expect(ran.err).toBe('');
  const names = Array(4).fill('true hi false');
  expect(ran.out.split('\n')).toEqual([
    'names',
    ...names,
    'forms',
    'hi',
    'hi',
    'hi',
    'one false',
    'two true',
  ]);
});

isolated(
  'A program that looks a name up first gets the addresses that it may dial, and dials them',
  async () => {
    const port = await serveHttp(echo);
    const { broker, told } = await openBroker([`${HOST}:${port}`, `other.example:${port}`], {
      private_hosts: [HOST],
      resolve: async (host) => [{ address: host === HOST ? '127.0.0.2' : '127.0.0.3', family: 4 }],
    });
    const ran = await runNode(
      broker,
      `
import dns, { lookup } from 'node:dns';
import { lookup as lookupPromise } from 'node:dns/promises';
import { connect } from 'node:net';
import { promisify } from 'node:util';
console.log(JSON.stringify(await lookupPromise('${HOST}')));
console.log(JSON.stringify(await lookupPromise('${HOST}', { all: true })));
console.log(JSON.stringify(await promisify(lookup)('${HOST}', 4)));
console.log(JSON.stringify(await dns.promises.lookup('93.184.216.34')));
console.log(JSON.stringify(await lookupPromise('localhost')));
const codeOf = (promise) => promise.then(() => 'found', (error) => error.code);
console.log(await codeOf(lookupPromise('${HOST}', { family: 6 })));
console.log(await codeOf(lookupPromise('other.example')));
console.log(await codeOf(lookupPromise('evil.example')));
const reached = (host) => new Promise((done) => {
  const socket = connect(${port}, host, () => (socket.destroy(), done('reached')));
  socket.on('error', (error) => done(error.code));
});
console.log(await reached('127.0.0.2'), await reached('127.0.0.3'), await reached('127.0.0.1'));`,
    );
    expect(ran.err).toBe('');
    expect(ran.out.split('\n')).toEqual([
      '{"address":"127.0.0.2","family":4}',
      '[{"address":"127.0.0.2","family":4}]',
      '{"address":"127.0.0.2","family":4}',
      '{"address":"93.184.216.34","family":4}',
      '{"address":"127.0.0.1","family":4}',
      'ENOTFOUND',
      'EACCES',
      'EACCES',
      // The server listens at 127.0.0.1 only; what was never looked up is the sandbox's own.
      'ECONNREFUSED ECONNREFUSED ECONNREFUSED',
    ]);
    await vi.waitFor(() => expect(told).toHaveLength(2));
    // Each comes over a socket of its own, so their order says nothing.
    expect(told.toSorted((a, b) => a.port - b.port)).toMatchObject([
      { host: 'evil.example', port: 0, outcome: 'refused', code: 'EGRESS_NOT_LISTED' },
      { host: HOST, port, outcome: 'failed', code: 'EGRESS_UNREACHABLE' },
    ]);
  },
);

isolated(
  'Any other host, port, address, redirect or spelling of the loopback is refused and told',
  async () => {
    const visitors = vi.fn();
    const secret = await serveHttp((_asked, answer) => {
      visitors();
      answer.end('secret');
    });
    const port = await serveHttp((_asked, answer) =>
      answer.writeHead(302, { location: `http://redirected.example:${secret}/` }).end(),
    );
    const { broker, told } = await openBroker([`${HOST}:${port}`]);
    const urls = [
      `http://evil.example:${port}/`,
      `http://${HOST}:${secret}/`,
      `http://sub.${HOST}:${port}/`,
      `http://127.0.0.1:${secret}/`,
      `http://2130706433:${secret}/`,
      `http://[::1]:${secret}/`,
      `http://[::ffff:127.0.0.1]:${secret}/`,
      `http://localhost:${secret}/`,
      `http://169.254.169.254/latest`,
      `http://10.0.0.1:${port}/`,
      `http://${HOST}:${port}/redirect`,
    ];
    const ran = await runNode(
      broker,
      `
for (const url of ${JSON.stringify(urls)}) {
  console.log(await fetch(url).then((answer) => answer.text(), (error) => error.cause.code));
}`,
    );
    const [refused, own] = ['EACCES', 'ECONNREFUSED'];
    expect(ran.err).toBe('');
    expect(ran.out.split('\n')).toEqual([
      ...[refused, refused, refused, own, own, own, refused, own, refused, refused, refused],
    ]);
    expect(visitors).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(told).toHaveLength(8));
    const refusals = told.filter(({ outcome }) => outcome === 'refused');
    expect(refusals.map(({ host, port: asked }) => `${host}:${asked}`).sort()).toEqual(
      [
        `evil.example:${port}`,
        `${HOST}:${secret}`,
        `sub.${HOST}:${port}`,
        `::ffff:7f00:1:${secret}`,
        '169.254.169.254:80',
        `10.0.0.1:${port}`,
        `redirected.example:${secret}`,
      ].sort(),
    );
  },
);

isolated('A failure has the code that it would have without a sandbox', async () => {
  const { broker } = await openBroker(['closed.example:1', 'unknown.example', 'private.example'], {
    private_hosts: ['closed.example'],
    resolve: async (host) => (host === 'unknown.example' ? [] : [{ address: '127.0.0.1', family: 4 }]),
  });
  const ran = await runNode(
    broker,
    `
import net from 'node:net';
import tls from 'node:tls';
const codeOf = (socket) => new Promise((done) => {
  const seen = [];
  for (const event of ['connect', 'ready', 'secureConnect']) socket.once(event, () => seen.push(event));
  socket.once('error', (error) => seen.push(error.code));
  socket.once('close', () => done(seen.join()));
});
for (const [host, port] of [['closed.example', 1], ['unknown.example', 443], ['private.example', 443], ['evil.example', 443]]) {
  console.log(host, await codeOf(net.connect({ host, port })), await codeOf(tls.connect({ host, port })));
}`,
  );
  expect(ran.err).toBe('');
  expect(ran.out.split('\n')).toEqual([
    'closed.example ECONNREFUSED ECONNREFUSED',
    'unknown.example ENOTFOUND ENOTFOUND',
    'private.example EACCES EACCES',
    'evil.example EACCES EACCES',
  ]);
});

isolated('A lookup of the program’s own is asked and may object', async () => {
  const port = await serveTcp((socket) => socket.end('hello'));
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const ran = await runNode(
    broker,
    `
import dns from 'node:dns';
import net from 'node:net';
import { text } from 'node:stream/consumers';
const asked = [];
const lookup = (host, options, done) => {
  asked.push(host);
  dns.lookup(host, options, (error, found) => (asked.push(...found.map((each) => each.address)), done(error, found)));
};
console.log(await text(net.connect({ host: '${HOST}', port: ${port}, lookup })), asked.join());
const objecting = net.connect({ host: '${HOST}', port: ${port}, lookup: (host, options, done) => done(new Error('no')) });
objecting.once('error', (error) => console.log(error.message));`,
  );
  expect(ran).toEqual({ code: 0, out: `hello ${HOST},127.0.0.1\nno`, err: '' });
});

isolated('A socket that is given up while the broker dials stays given up', async () => {
  const port = await serveTcp((socket) => socket.end('hello'));
  const { broker } = await openBroker([`${HOST}:${port}`]);
  const ran = await runNode(
    broker,
    `
import net from 'node:net';
const log = (socket) => ['connect', 'error', 'close'].forEach((event) => socket.on(event, () => console.log(event)));
const socket = net.connect(${port}, '${HOST}');
log(socket);
socket.destroy();
await new Promise((done) => setTimeout(done, 100));
const aborted = await fetch('http://${HOST}:${port}/', { signal: AbortSignal.abort() }).catch((error) => error.name);
console.log(aborted);`,
  );
  expect(ran).toEqual({ code: 0, out: 'close\nAbortError', err: '' });
});

isolated('The sandbox’s own servers are reached as ever', async () => {
  const { broker, told } = await openBroker([HOST]);
  const ran = await runNode(
    broker,
    `
import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';
const server = http.createServer((asked, answer) => answer.end('own')).listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST.', 'app.localhost']) {
    console.log(await (await fetch('http://' + host + ':' + port)).text());
  }
  const unix = net.createServer((socket) => socket.end('unix')).listen('\\0own', async () => {
    console.log(await text(net.connect('\\0own')));
    unix.close();
    server.close();
    server.closeAllConnections();
  });
});`,
  );
  expect(ran).toEqual({ code: 0, out: 'own\nown\nown\nown\nunix', err: '' });
  expect(told).toEqual([]);
});

isolated('A loopback host that is listed is that of the broker’s machine', async () => {
  const port = await serveHttp((_asked, answer) => answer.end('outside'));
  const { broker } = await openBroker([`127.0.0.1:${port}`]);
  const ran = await runNode(broker, `console.log(await (await fetch('http://127.0.0.1:${port}/')).text());`);
  expect(ran).toEqual({ code: 0, out: 'outside', err: '' });
});
