import { expect, test } from 'vitest';
import { HOST, openBroker, serveHttp, serveHttps, serveTcp, certificate } from './support/hosts.ts';
import { canIsolate, NOT_ISOLATED, runNode } from './support/sandbox.ts';

const isolated = test.skipIf(!canIsolate);

isolated('fetch reaches a listed host over HTTP', async () => {
  const port = await serveHttp((_asked, answer) => answer.end('hello'));
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const ran = await runNode(broker, `console.log(await (await fetch('http://${HOST}:${port}/')).text())`);
  expect(ran).toEqual({ code: 0, out: 'hello', err: '' });
  expect(told).toMatchObject([{ host: HOST, port, address: '127.0.0.1', outcome: 'connected', code: null }]);
});

isolated('fetch reaches a listed host over HTTPS', async () => {
  const port = await serveHttps((_asked, answer) => answer.end('hello'));
  const { broker, told } = await openBroker([`${HOST}:${port}`]);
  const ran = await runNode(broker, `
    import https from 'node:https';
    import tls from 'node:tls';
    console.log(process.execArgv);
    const ca = ${JSON.stringify(certificate().cert)};
    tls.setDefaultCACertificates([ca]);
    console.log(await (await fetch('https://${HOST}:${port}/')).text());
    https.get({host: '${HOST}', port: ${port}, ca}, (r) => r.setEncoding('utf8').on('data', console.log));
    `);
  expect(ran).toEqual({ code: 0, out: 'hello', err: '' });
  expect(told).toMatchObject([{ host: HOST, port, address: '127.0.0.1', outcome: 'connected', code: null }]);
});
