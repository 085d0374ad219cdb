import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { testFolder } from '../upstream/scripted.ts';

/** A version of a package, by the texts of its files. */
export interface PublishedPackage {
  readonly name: string;
  readonly version: string;
  readonly files: Readonly<Record<string, string>>;
  /** More of its manifest. */
  readonly manifest?: object;
  /** Where its archive is said to be, where that is not this registry. */
  readonly tarball?: string;
}

interface Published {
  readonly manifest: Record<string, unknown>;
  archive: Buffer;
}

/** A registry of npm on the loopback: the real npm installs from it. */
export class NpmRegistry {
  readonly #packages = new Map<string, Map<string, Published>>();
  readonly #server: Server;
  url = '';
  /** The paths that were asked for. */
  readonly asked: string[] = [];

  static async open(): Promise<NpmRegistry> {
    const registry = new NpmRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    registry.url = `http://127.0.0.1:${(registry.#server.address() as AddressInfo).port}/`;
    onTestFinished(() => registry.close());
    return registry;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
      this.asked.push(path);
      const body = this.#answer(path);
      response.writeHead(body === null ? 404 : 200).end(body ?? '{}');
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  publish({ name, version, files, manifest = {}, tarball }: PublishedPackage): void {
    const own = { name, version, ...manifest };
    const archive = pack({ 'package.json': JSON.stringify(own), ...files });
    const dist = {
      integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
      tarball: tarball ?? `${this.url}-/${name}/${version}.tgz`,
    };
    const versions = this.#packages.get(name) ?? new Map<string, Published>();
    versions.set(version, { manifest: { ...own, dist }, archive });
    this.#packages.set(name, versions);
  }

  /** Serves other bytes for a version than those that it was published with. */
  tamper(name: string, version: string, files: Readonly<Record<string, string>>): void {
    const published = this.#packages.get(name)?.get(version);
    if (published !== undefined) published.archive = pack(files);
  }

  #answer(path: string): string | Buffer | null {
    const [, ofArchive, version = ''] = /^\/-\/(.+)\/([^/]+)\.tgz$/.exec(path) ?? [];
    if (ofArchive !== undefined) return this.#packages.get(ofArchive)?.get(version)?.archive ?? null;
    const versions = this.#packages.get(path.slice(1));
    if (versions === undefined) return null;
    return JSON.stringify({
      name: path.slice(1),
      'dist-tags': { latest: [...versions.keys()].at(-1) },
      versions: Object.fromEntries([...versions].map(([key, { manifest }]) => [key, manifest])),
    });
  }
}

function pack(files: Readonly<Record<string, string>>): Buffer {
  const dir = testFolder();
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, 'package', path)), { recursive: true });
      writeFileSync(join(dir, 'package', path), text);
    }
    return execFileSync('tar', ['--create', '--gzip', '--directory', dir, 'package']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const SCRIPTED = readFileSync(join(import.meta.dirname, '../servers/scripted.mjs'), 'utf8');

/** The scripted server as a package with a program, whose tools are in a file of it. */
export function scriptedPackage(
  version: string,
  tools: readonly object[],
  more: object = {},
): PublishedPackage {
  const source = `process.env.TOOLS = new URL('tools.json', import.meta.url).pathname;\n`;
  return {
    name: '@acme/mcp-server-scripted',
    version,
    files: {
      'main.mjs': `#!/usr/bin/env node\n${source}process.env.REVISION = 'modern';\nawait import('./scripted.mjs');\n`,
      'scripted.mjs': SCRIPTED,
      'tools.json': JSON.stringify(tools),
    },
    manifest: { bin: { 'mcp-server-scripted': 'main.mjs' }, ...more },
  };
}

/** The environment of a gateway whose npm is configured with a registry, and with nothing of this machine. */
export function npmEnvironment(registry: NpmRegistry, home: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: home, npm_config_registry: registry.url };
}
