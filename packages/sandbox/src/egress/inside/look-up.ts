import type { LookupAddress, LookupAllOptions, LookupOptions } from 'node:dns';
import { connect, isIP, isIPv6 } from 'node:net';
import { codeOf, egressError } from './codes.ts';
import { canonicalHost, isLoopback } from './host-name.ts';
import type { InsideRoute, Routes } from './routes.ts';

/** What Node's `dns.lookup` may be asked. */
export type LookUpOptions = LookupOptions | LookupAllOptions | number;

/** The addresses of a host that is listed, as the broker tells them; the sandbox has no name server. */
export async function lookUp(routes: Routes, text: string, options: LookUpOptions): Promise<LookupAddress[]> {
  const found = (await addressesOf(routes, text)).map((address) => ({ address, family: isIP(address) }));
  const family = familyOf(options);
  const fitting = found.filter((each) => family === 0 || each.family === family);
  if (fitting.length === 0) throw egressError('EGRESS_NAME_UNRESOLVED', text, 0);
  return fitting;
}

async function addressesOf(routes: Routes, text: string): Promise<string[]> {
  const host = canonicalHost(text);
  if (host !== null && isIP(host) !== 0) return [host];
  const route = routes.routeOf(text);
  if (route !== undefined) {
    const addresses = await ask(route);
    routes.learn(route.host, addresses);
    return addresses;
  }
  if (host !== null && isLoopback(host)) return ['127.0.0.1', '::1'];
  routes.reportRefused(text, 0);
  throw egressError('EGRESS_NOT_LISTED', text, 0);
}

/** A connection to the socket is the question. */
async function ask({ host, port, names }: InsideRoute): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of connect(names ?? '')) chunks.push(chunk);
  const answer = Buffer.concat(chunks);
  const code = codeOf(answer[0]);
  if (code !== null) throw egressError(code, host, port);
  return answer.toString('latin1', 1).split('\n').map(plainAddress);
}

/** IPv4 that is written as IPv6 is dialled by its host's name, so the short spelling is enough. */
function plainAddress(text: string): string {
  return isIPv6(text) ? (canonicalHost(text) ?? text) : text;
}

function familyOf(options: LookUpOptions): number {
  const family = typeof options === 'number' ? options : (options.family ?? 0);
  return typeof family === 'string' ? Number(family.replace('IPv', '')) : family;
}
