/** The temporary folders that ports run in: one for each lane, each with its own copy of the packages. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

/** Lays out `count` lanes; `path(lane)` is the port of a lane, and `remove()` takes all away. */
export async function layOut(sources, count) {
  const root = mkdtempSync(join(tmpdir(), 'wcp-mutants-'));
  await bundleFrame(join(root, '0'));
  writePackages(join(root, '0'), sources);
  for (let lane = 1; lane < count; lane += 1)
    cpSync(join(root, '0'), join(root, String(lane)), { recursive: true });
  return {
    root,
    port: (lane) => join(root, String(lane), 'port.js'),
    write: (lane, source, code) => writeFileSync(fileOf(join(root, String(lane)), source), code),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What is not mutated is bundled, for a port starts once for each mutant. Spec stands alone: all share it. */
async function bundleFrame(lane) {
  const spec = join(lane, 'node_modules', '@wcp', 'spec');
  await bundle({
    entry: { index: 'packages/spec/src/index.ts', catalog: 'packages/spec/src/catalog/index.ts' },
    noExternal: [/.*/],
    outDir: spec,
  });
  writeManifest(spec, 'spec', { '.': './index.js', './catalog': './catalog.js' });
  await bundle({
    entry: { port: fileURLToPath(import.meta.resolve('./port.mjs')) },
    noExternal: [/^(?!@wcp\/)/],
    external: [/^@wcp\//],
    outDir: lane,
  });
  writeFileSync(join(lane, 'package.json'), '{ "type": "module" }');
}

function bundle(options) {
  return build({
    format: ['esm'],
    platform: 'node',
    target: 'node22',
    silent: true,
    config: false,
    splitting: true,
    minify: false,
    ...options,
  });
}

/** The mutated packages stay as many files as they have sources: a mutant is one of them. */
function writePackages(lane, sources) {
  for (const name of new Set(sources.map((source) => source.package))) {
    writeManifest(folderOf(lane, name), name, { '.': './index.js' });
  }
  for (const source of sources) writeFileSync(fileOf(lane, source), source.code);
}

function writeManifest(folder, name, exports) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: `@wcp/${name}`, type: 'module', exports }),
  );
}

function folderOf(lane, name) {
  return join(lane, 'node_modules', '@wcp', name);
}

function fileOf(lane, source) {
  return join(folderOf(lane, source.package), basename(source.path).replace(/\.ts$/, '.js'));
}
