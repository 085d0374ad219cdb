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
