import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { canonicalHost, isLoopback } from './host-name.ts';

/** One host and port that a worker may reach, as a sandbox sees it. */
export interface InsideRoute {
  readonly host: string;
  readonly port: number;
  /** The socket that leads there. */
  readonly socket: string;
  /** The socket that tells the addresses of the host; null where the host is an address. */
  readonly names: string | null;
}

/** What the files beside the programs say. */
export interface InsideSettings {
  readonly routes: readonly InsideRoute[];
  /** The socket that is told which other hosts were asked for. */
  readonly refused: string;
  /** The port of the forwarder. */
  readonly port: number;
}

/** Where a connection goes: out through a route, to the sandbox itself, or nowhere. */
export type Way =
  | { readonly kind: 'route'; readonly route: InsideRoute }
  | { readonly kind: 'own' }
  | { readonly kind: 'refused' };

/** The ways out of a sandbox. */
export class Routes {
  readonly settings: InsideSettings;
  readonly #byTarget: ReadonlyMap<string, InsideRoute>;
  /** The hosts of addresses that were looked up: a program may look up first and connect to the address. */
  readonly #hostsOf = new Map<string, Set<string>>();

  /** Reads the settings, which the broker writes beside the programs. */
  static read(file = new URL('./settings.json', import.meta.url)): Routes {
    return new Routes(JSON.parse(readFileSync(file, 'utf8')));
  }

  constructor(settings: InsideSettings) {
    this.settings = settings;
    this.#byTarget = new Map(settings.routes.map((route) => [`${route.port} ${route.host}`, route]));
  }

  /** Where a connection to a host and port goes. */
  wayTo(text: string, port: number): Way {
    const host = canonicalHost(text);
    if (host === null) return { kind: 'refused' };
    for (const name of [host, ...(this.#hostsOf.get(host) ?? [])]) {
      const route = this.#byTarget.get(`${port} ${name}`);
      if (route !== undefined) return { kind: 'route', route };
    }
    return { kind: isLoopback(host) ? 'own' : 'refused' };
  }

  /** A route to the host, whatever its port: it can tell the addresses. */
  routeOf(text: string): InsideRoute | undefined {
    const host = canonicalHost(text);
    return this.settings.routes.find((route) => route.host === host && route.names !== null);
  }

  /** Remembers whose an address is. */
  learn(host: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const hosts = this.#hostsOf.get(address);
      if (hosts === undefined) this.#hostsOf.set(address, new Set([host]));
      else hosts.add(host);
    }
  }

  /** Tells the broker that a host was asked for that is not listed. Nobody waits for it, and it may fail. */
  reportRefused(host: string, port: number): void {
    const socket = connect(this.settings.refused);
    socket.on('error', () => {});
    socket.unref();
    socket.end(`${port} ${host.slice(0, 300)}\n`);
  }
}
