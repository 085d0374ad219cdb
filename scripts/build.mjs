/**
 * Builds the package it is called in: ESM for Node with source maps, one entry for each export and
 * command that package.json names. Declarations come from `tsc --build`.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'tsup';

const { exports, bin = {}, wcp = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const files = [
  ...Object.values(exports).map((entry) => entry.default),
  ...Object.values(bin),
  ...(wcp.programs ?? []),
];
const names = files.flatMap((file) => /^\.\/dist\/(.+)\.js$/.exec(file ?? '')?.[1] ?? []);

removeStale();
await bundle({
  entry: Object.fromEntries([...new Set(names)].map((name) => [name, `src/${name}.ts`])),
  sourcemap: true,
  splitting: true,
});
// A worker that is attested as one file brings its dependencies along: what can be executed counts.
if (wcp.bundle) await bundle({ entry: { bundle: wcp.bundle }, noExternal: [/.*/], splitting: false });
// What no bundle can hold, such as native code, a script of the package's own lays beside it.
if (wcp.assets) await (await import(pathToFileURL(resolve(wcp.assets)).href)).default('dist');

function bundle(options) {
  return build({
    format: ['esm'],
    platform: 'node',
    target: 'node22',
    // Some of Node's modules, such as node:sqlite, have no name without it.
    removeNodeProtocol: false,
    silent: true,
    config: false,
    outDir: 'dist',
    ...options,
  });
}

/** A chunk of an earlier build must not ship: what can be executed counts in a package's hash. */
function removeStale() {
  if (!existsSync('dist')) return;
  for (const file of readdirSync('dist', { recursive: true })) {
    if (/\.js(\.map)?$/.test(file)) rmSync(join('dist', file));
  }
}
