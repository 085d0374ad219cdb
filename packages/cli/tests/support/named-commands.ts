import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../../..');

/** Files of the repository by their endings, none of them installed or built. */
function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => ending.test(name) && !/node_modules|(^|\/)dist\//.test(name));
}
const SOURCES = [...filesBelow('packages', /\/src\/.*\.ts$/), ...filesBelow('workers', /\/src\/.*\.ts$/)];
const PAGES = ['README.md', ...filesBelow('docs', /\.md$/), ...filesBelow('packages', /\/README\.md$/)];

/** A command in backticks, at the end of a sentence, or on a line of a shell. */
const NAMED = [/\\?`(?:npx )?wcp ([a-z][^`\n]*?)\\?`/g, /: wcp ([a-z][a-z-]* [^'"`\n(]*)/g];
const TYPED = /^(?:npx )?wcp ([a-z][^\n#|]*)/gm;

function commandsIn(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const patterns = file.endsWith('.md') ? [...NAMED, TYPED] : NAMED;
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, line]) => String(line).trim()));
}

/** Every command that a message or a page names, and a file that does. Of `approve|deny`, each is one. */
export const NAMED_COMMANDS = new Map<string, string>();
for (const file of [...SOURCES, ...PAGES]) {
  for (const line of commandsIn(file)) {
    const words = line.split(/\s+/);
    const at = words.findIndex((word) => /^[a-z-]+(\|[a-z-]+)+$/.test(word));
    const variants =
      at < 0 ? [line] : (words[at] as string).split('|').map((word) => words.with(at, word).join(' '));
    for (const variant of variants) NAMED_COMMANDS.set(variant, file);
  }
}
