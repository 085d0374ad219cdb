import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const PACKAGES = join(import.meta.dirname, '../../../packages');
const IMPORT = /^(?:import|export)\s(?!type\b)(?:[^'"]*?\sfrom\s)?'([^']+)'/gm;

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'));

const optionalPeers = readdirSync(PACKAGES).flatMap((folder) => {
  const { peerDependenciesMeta = {} } = manifestOf(folder);
  const names = Object.keys(peerDependenciesMeta).filter((name) => peerDependenciesMeta[name]?.optional);
  return names.map((name): [folder: string, peer: string] => [folder, name]);
});

/** The source of an entry: `./log-file` stands in `src/log-file/index.ts`. */
function entriesOf(folder: string): string[] {
  const names = Object.keys(manifestOf(folder).exports ?? {});
  const files = names.map((name) => join(PACKAGES, folder, 'src', name, 'index.ts'));
  return files.filter((file) => existsSync(file));
}

/** The packages that are loaded with an entry, each with the file that loads it. */
function loadedWith(entry: string): Map<string, string> {
  const seen = new Set<string>();
  const loaded = new Map<string, string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (name.startsWith('.')) visit(join(dirname(file), name));
      else loaded.set(name, file);
    }
  };
  visit(entry);
  return loaded;
}

test('There are optional peers to look for.', () => {
  expect(optionalPeers.length).toBeGreaterThan(10);
});

test.each(optionalPeers)('%s loads %s only where it can say how to install it.', (folder, peer) => {
  const found = entriesOf(folder).flatMap((entry) =>
    [...loadedWith(entry)]
      .filter(([name]) => name === peer || name.startsWith(`${peer}/`))
      .map(([name, file]) => `${file} imports ${name}`),
  );
  expect(found).toEqual([]);
});
