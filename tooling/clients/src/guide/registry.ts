import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { run } from '../../../src/packages/pack.ts';

/** A registry on loopback that has packages nobody has published yet, for `npm install` as a user types it. */
export class Registry {
  readonly #tarballs: ReadonlyMap<string, string>;
  readonly #server: Server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url).slice(1);
    const tarball = [...this.#tarballs.values()].find((file) => basename(file) === path);
    const packument = this.#packument(path);
    if (tarball !== undefined) response.end(readFileSync(tarball));
    else if (packument === null) response.writeHead(404).end('{}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(packument));
  });
  url = '';

  /** @param tarballs by the name of the package */
  constructor(tarballs: ReadonlyMap<string, string>) {
    this.#tarballs = tarballs;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What the registry knows of a package, as npm reads it. */
  #packument(name: string): object | null {
    const tarball = this.#tarballs.get(name);
    if (tarball === undefined) return null;
    const manifest = JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json'], '/')) as {
      version: string;
    };
    const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    const dist = { tarball: `${this.url}${basename(tarball)}`, integrity };
    const { version } = manifest;
    return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
  }
}
