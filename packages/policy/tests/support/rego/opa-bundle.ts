import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { assembleModule, type Rule } from './assemble-module.ts';

/** Files of a bundle; a value that is not text or bytes is written as JSON. */
export type BundleFiles = Readonly<Record<string, unknown>>;

/** A bundle with these rules, laid out as `opa build -t wasm` lays it out, the sources aside. */
export async function opaBundleOf(rules: readonly Rule[], changed: BundleFiles = {}): Promise<Buffer> {
  const resolver = { entrypoint: 'wcp/decision', module: '/policy.wasm' };
  return packBundle({
    '/data.json': {},
    '/policy.wasm': assembleModule('wcp/decision', rules),
    '/.manifest': { revision: '', roots: [''], wasm: [resolver], rego_version: 1 },
    ...changed,
  });
}

/** A `.tar.gz` of these files; one that is undefined is left out. */
async function packBundle(files: BundleFiles): Promise<Buffer> {
  const entries = Object.entries(files).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const body = typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    return [{ header: { name, size: bytes.length, type: 'file' as const }, body: bytes }];
  });
  return gzipSync(await packTar(entries));
}
