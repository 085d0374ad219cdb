/** By which a server reaches a network with a proxy or a certificate authority of its own; nothing else is passed on. */
const NETWORK = [
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
];

/** What `mcp.json` says of the network's variables: they are those of the gateway, where it has them. */
export function networkEnv(): Record<string, string> {
  return Object.fromEntries(NETWORK.map((name) => [name, `\${${name}:-}`]));
}

const MIB = 1024 * 1024;

/**
 * What a client over standard input can take: those made with the SDK end their connection at a message of 10 MiB. A
 * larger result is lost, its outcome says so, and the next call works.
 */
export const STDIO_RESULTS = { max_bytes: 9 * MIB } as const;
