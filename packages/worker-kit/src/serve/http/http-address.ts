/** The address on which a worker listens. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

const ADDRESS = /^(?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):)?([0-9]{1,5})$/;

/** Reads `[host:]port`, with 127.0.0.1 as the default host; null for anything else. */
export function readAddress(text: string): HttpAddress | null {
  const [, host = '127.0.0.1', port] = ADDRESS.exec(text) ?? [];
  if (port === undefined || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** The URL of an address. */
export function urlOf({ host, port }: HttpAddress): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
