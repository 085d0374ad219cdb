/**
 * Builds the package of the working directory: ESM for Node with source maps, one entry for each export and
 * command that package.json names. Declarations come from `tsc --build`.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Options } from 'tsup';

/** What of a package.json says how it is built. */
interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly wcp?: {
    /** Programs that no export names. */
    readonly programs?: readonly string[];
    /** The source of a worker that is attested as one file, dependencies included. */
    readonly bundle?: string;
    /** A module that writes what no bundle can hold, such as native code. */
    readonly assets?: string;
  };
}

/** What the bundler says of its work. */
interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

const METAFILE = 'dist/metafile-esm.json';

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
/**
 * Dependencies that stand in our own files: TypeBox is 683 modules and Kysely 255, and to find and read them takes
 * longer than all else that a program or a thread of ours does before it is ready. The others are small, and what every
 * start of `wcp` needs.
 */
const INLINED = ['typebox', 'kysely', 'commander', 'fastest-levenshtein', 'picocolors', 'uuid'].filter(
  (name) => manifest.dependencies?.[name] !== undefined,
);

const { bundle, assets } = manifest.wcp ?? {};

removeStaleCode();
await buildCode({
  entry: entriesOf(manifest),
  noExternal: INLINED.map((name) => new RegExp(`^${name}($|/)`)),
  sourcemap: true,
  splitting: true,
  metafile: true,
});
writeLicences(takeInputs());
if (bundle !== undefined) {
  await buildCode({ entry: { bundle }, noExternal: [/.*/], splitting: false });
}
if (assets !== undefined) await (await import(pathToFileURL(resolve(assets)).href)).default('dist');

/** The sources to build, by the name of what is built from each. */
function entriesOf({ exports, bin = {}, wcp = {} }: Manifest): Record<string, string> {
  const targets = Object.values(exports).map((entry) => (typeof entry === 'string' ? entry : entry.default));
  const files = [...targets, ...Object.values(bin), ...(wcp.programs ?? [])];
  const names = files.flatMap((file) => /^\.\/dist\/(.+)\.js$/.exec(file)?.[1] ?? []);
  return Object.fromEntries(names.map((name) => [name, `src/${name}.ts`]));
}

/** The files that the code was built from. */
function takeInputs(): string[] {
  const { outputs }: Metafile = JSON.parse(readFileSync(METAFILE, 'utf8'));
  rmSync(METAFILE);
  return Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
}

/** Writes the licence of each package that stands in our own files: it asks to be there too. */
function writeLicences(inputs: readonly string[]): void {
  const folders = inputs.flatMap((file) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? []);
  const licences = [...new Set(folders)].map(licenceIn).sort();
  if (licences.length > 0) writeFileSync('dist/THIRD-PARTY-LICENSES.txt', licences.join('\n'));
  else rmSync('dist/THIRD-PARTY-LICENSES.txt', { force: true });
}

function licenceIn(folder: string): string {
  const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} has no file with its licence.`);
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

function buildCode(options: Options): Promise<void> {
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
function removeStaleCode(): void {
  if (!existsSync('dist')) return;
  for (const file of readdirSync('dist', { recursive: true, encoding: 'utf8' })) {
    if (/\.js(\.map)?$/.test(file)) rmSync(join('dist', file));
  }
}
