import type { AddressInfo } from 'node:net';
import type { Hall } from '../hall/hall.ts';
import { DeploymentError } from './deployment-error.ts';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Opens the HTTP interface and resolves with its URL. A Hall without keys listens on this machine only.
 *
 * @throws {DeploymentError}
 */
export async function listen({ app, identity }: Hall, { host, port }: ListenAddress): Promise<string> {
  if (identity.isOpen && !isLoopback(host)) throw failure('OPEN_TO_ALL', openToAll(host));
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw failure('CANNOT_LISTEN', listenFault(error, { host, port }), error);
  }
  return urlOf(host, (app.server.address() as AddressInfo).port);
}

/** Why nothing can listen at an address, in a sentence. */
export function listenFault(error: unknown, address: ListenAddress): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return (REASONS[code] ?? otherReason)(address);
}

type Reason = (address: ListenAddress) => string;

const REASONS: Readonly<Record<string, Reason>> = {
  EADDRINUSE: ({ host, port }) =>
    `Port ${port} of ${host} is in use by another program. Stop it, or choose another port.`,
  EACCES: ({ port }) => `This user may not listen on port ${port}. Choose one above 1023.`,
  EADDRNOTAVAIL: ({ host }) => `This machine does not have the address ${host}. Choose another host.`,
  ENOTFOUND: ({ host }) => `There is no host ${host}. Choose another host.`,
};

const otherReason: Reason = ({ host, port }) => `The Hall cannot listen on port ${port} of ${host}.`;

function openToAll(host: string): string {
  return `Without an API key, everybody who can reach ${host} could use the Hall. Create keys first, or listen on 127.0.0.1.`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host);
}

/** An address that means all interfaces is reached from this machine by its loopback address. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function failure(code: string, message: string, cause?: unknown): DeploymentError {
  return new DeploymentError([{ file: null, path: null, code, message }], { cause });
}
