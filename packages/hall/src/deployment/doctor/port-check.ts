import { createServer } from 'node:net';
import { join } from 'node:path';
import { LAYOUT } from '../layout.ts';
import { listenFault } from '../listen.ts';
import { type DeploymentCheck, fail, ok } from './check.ts';
import { editing } from './shell-command.ts';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Whether a Hall could listen where it is told to. */
export async function portCheck(dir: string, address: Address, isInUse: boolean): Promise<DeploymentCheck> {
  const { host, port } = address;
  if (isInUse)
    return ok('port', `The Hall that runs here listens, on port ${port} unless it was told otherwise.`);
  const error = await tryListen(address);
  if (error === null) return ok('port', `Port ${port} of ${host} is free.`);
  const free = port === 0 ? null : await freePort(host);
  const advice = free === null ? '' : ` ${free} is free.`;
  const remedy = editing(join(dir, LAYOUT.server));
  return fail('port', `${listenFault(error, address)}${advice}`, { subject: LAYOUT.server, remedy });
}

/** Why nothing can listen there; null where something can. */
function tryListen({ host, port }: Address): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function freePort(host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ host, port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
