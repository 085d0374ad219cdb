import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Options } from 'tsup';
import { ROOT } from '../../repository/root.ts';
import type { Source, Workspaces } from '../run/suite.ts';

/** Lays out the folders of `count` workspaces. */
export async function layOut(sources: readonly Source[], count: number): Promise<Workspaces> {
  const root = mkdtempSync(join(tmpdir(), 'wcp-mutants-'));
  const folder = (workspace: number) => join(root, String(workspace));
  await bundleFrame(folder(0));
  writePackages(folder(0), sources);
  for (let workspace = 1; workspace < count; workspace += 1)
    cpSync(folder(0), folder(workspace), { recursive: true });
  return {
    root,
    count,
    folder,
    command: (workspace) => ({
      program: process.execPath,
      args: [join(folder(workspace), 'port.js')],
      env: { NODE_COMPILE_CACHE: join(folder(workspace), 'cache') },
    }),
    write: (workspace, source, code) => writeFileSync(fileOf(folder(workspace), source), code),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What is not mutated is bundled, for a port starts once for each mutant. Spec stands alone: all share it. */
async function bundleFrame(workspace: string): Promise<void> {
  const entries = entriesOf('spec');
  await bundle({
    entry: Object.fromEntries(
      Object.values(entries).map((name) => [name, join(ROOT, `packages/spec/src/${name}.ts`)]),
    ),
    noExternal: [/.*/],
    outDir: folderOf(workspace, 'spec'),
  });
  writeManifest(workspace, 'spec');
  await bundle({
    entry: { port: fileURLToPath(import.meta.resolve('./port.ts')) },
    noExternal: [/^(?!@wcp\/)/],
    external: [/^@wcp\//],
    outDir: workspace,
  });
  writeFileSync(join(workspace, 'package.json'), '{ "type": "module" }');
}

function bundle(options: Options): Promise<void> {
  return build({
    format: ['esm'],
    platform: 'node',
    target: 'node22',
    removeNodeProtocol: false,
    silent: true,
    config: false,
    splitting: true,
    minify: false,
    ...options,
  });
}

/** The mutated packages stay as many files as they have sources: a mutant is one of them. */
function writePackages(workspace: string, sources: readonly Source[]): void {
  for (const name of new Set(sources.map((source) => source.target))) writeManifest(workspace, name);
  for (const source of sources) {
    const file = fileOf(workspace, source);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, source.code);
  }
}

/** The code that each entry of a package's export map names: `./log` to `log/index`. */
function entriesOf(name: string): Record<string, string> {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'packages', name, 'package.json'), 'utf8'));
  const found: Record<string, string> = {};
  for (const [subpath, target] of Object.entries(exports)) {
    const code = /^\.\/dist\/(.+)\.js$/.exec(String(Object(target).default))?.[1];
    if (code !== undefined) found[subpath] = code;
  }
  return found;
}

function writeManifest(workspace: string, name: string): void {
  const folder = folderOf(workspace, name);
  const exports = Object.fromEntries(
    Object.entries(entriesOf(name)).map(([subpath, code]) => [subpath, `./${code}.js`]),
  );
  mkdirSync(folder, { recursive: true });
  const manifest = { name: `@wcp/${name}`, type: 'module', exports };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

function folderOf(workspace: string, name: string): string {
  return join(workspace, 'node_modules', '@wcp', name);
}

function fileOf(workspace: string, { target, path }: Source): string {
  const place = relative(join('packages', target, 'src'), path).replace(/\.ts$/, '.js');
  return join(folderOf(workspace, target), place);
}
