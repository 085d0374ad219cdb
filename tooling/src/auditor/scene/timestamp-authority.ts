import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Whether this machine has what timestamps are made with. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

const SETTINGS = `
[tsa]
default_tsa = here
[here]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
ess_cert_id_alg = sha256
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[signer]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
[name]
`;

/** A real authority of timestamps: `openssl ts`, behind a small server. */
export class TimestampAuthority {
  /** PEM of the root that issued its certificate. */
  readonly certificates: string;
  readonly certificateFile: string;
  readonly #dir: string;
  readonly #server: Server;

  private constructor(dir: string) {
    this.#dir = dir;
    writeFileSync(join(this.#dir, 'tsa.cnf'), SETTINGS);
    writeFileSync(join(this.#dir, 'serial'), '01\n');
    this.#make('root', 'root', ['-signkey', 'root.key']);
    this.#make('signer', 'signer', ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial']);
    this.certificateFile = join(this.#dir, 'root.pem');
    this.certificates = readFileSync(this.certificateFile, 'utf8');
    this.#server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' });
      response.end(this.stamp(Buffer.concat(parts)));
    });
  }

  /** @param dir an empty folder for its keys */
  static async open(dir: string): Promise<TimestampAuthority> {
    const authority = new TimestampAuthority(dir);
    await new Promise<void>((ready) => authority.#server.listen(0, '127.0.0.1', ready));
    return authority;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The answer to a question. */
  stamp(query: Uint8Array): Buffer {
    writeFileSync(join(this.#dir, 'query.tsq'), query);
    const signer = ['-signer', 'signer.pem', '-inkey', 'signer.key'];
    this.#run([
      'ts',
      '-reply',
      '-config',
      'tsa.cnf',
      '-section',
      'here',
      '-queryfile',
      'query.tsq',
      ...signer,
      '-out',
      'reply.tsr',
    ]);
    return readFileSync(join(this.#dir, 'reply.tsr'));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #make(name: string, extensions: string, issuing: readonly string[]): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    this.#run(['req', '-new', ...key, '-subj', `/CN=${name}`, '-config', 'tsa.cnf', '-out', `${name}.csr`]);
    const signed = ['-days', '2', '-extfile', 'tsa.cnf', '-extensions', extensions, '-out', `${name}.pem`];
    this.#run(['x509', '-req', '-in', `${name}.csr`, ...issuing, ...signed]);
  }

  #run(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#dir, stdio: 'pipe' });
  }
}
