/** Where the page listens. */
export interface WebAddress {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):)?([0-9]{1,5})$/;

/** Reads `[host:]port`. Without a host it is loopback; null when it is not an address. */
export function readWebAddress(text: string): WebAddress | null {
  const [, host = '127.0.0.1', port] = ADDRESS.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Whether only this machine can reach an address. */
export function isLoopback({ host }: WebAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host);
}

/** The URL of an address; the one that stands for all addresses of a machine becomes loopback. */
export function urlOf({ host, port }: WebAddress): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * The `Host` headers that are served: those of this machine, of the address, and of the URL that the operator
 * named. Any other name that DNS points here gets nothing.
 */
export function hostsOf(address: WebAddress, publicUrl: URL | null): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '::1', address.host];
  const own = names.map((host) => new URL(urlOf({ host, port: address.port })).host);
  return new Set([...own, ...(publicUrl === null ? [] : [publicUrl.host])]);
}
