import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { EgressBroker, type EgressConnection, type EgressSettings } from '../../../src/index.ts';

/** Names of the tests' hosts: all of them are this machine. */
export const HOST = 'api.acme.example';

/** A broker of this test whose names lead to this machine, and what it told. */
export async function openBroker(
  allowlist: readonly string[],
  settings: Partial<EgressSettings> = {},
): Promise<{ broker: EgressBroker; told: EgressConnection[] }> {
  const told: EgressConnection[] = [];
  const broker = await EgressBroker.open({
    allowlist,
    private_hosts: allowlist,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    onConnection: (connection) => told.push(connection),
    ...settings,
  });
  onTestFinished(() => broker.close());
  return { broker, told };
}

/** A server of this test; its port. */
export function serveTcp(
  serve: (socket: Socket) => void,
  { address = '127.0.0.1', port = 0 } = {},
): Promise<number> {
  return listen(createTcpServer({ allowHalfOpen: true }, serve), address, port);
}

/** An HTTP server of this test; its port. */
export function serveHttp(serve: RequestListener): Promise<number> {
  return listen(createServer(serve));
}

/** An HTTPS server of this test; its port. */
export function serveHttps(serve: RequestListener): Promise<number> {
  return listen(createSecureServer(certificate(), serve));
}

let made: { key: string; cert: string } | undefined;

/** A certificate of {@link HOST} that nobody vouches for, made for this run. */
export function certificate(): { key: string; cert: string } {
  made ??= makeCertificate();
  return made;
}

function makeCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-egress-cert-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const subject = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST},DNS:localhost`];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function listen(server: Server | HttpServer, address = '127.0.0.1', port = 0): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
