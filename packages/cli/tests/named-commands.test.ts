import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wcp } from './support/support.ts';

const ROOT = join(import.meta.dirname, '../../..');

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

/** By command: the files that name it. Of `approve|deny`, each is one. */
const named = new Map<string, string>();
for (const file of [...SOURCES, ...PAGES]) {
  for (const line of commandsIn(file)) {
    const words = line.split(/\s+/);
    const at = words.findIndex((word) => /^[a-z-]+(\|[a-z-]+)+$/.test(word));
    const variants =
      at < 0 ? [line] : (words[at] as string).split('|').map((word) => words.with(at, word).join(' '));
    for (const variant of variants) named.set(variant, relative(ROOT, join(ROOT, file)));
  }
}

/** The words before the first option, argument or placeholder. */
function pathOf(line: string): string[] {
  const words = line.split(/\s+/);
  const end = words.findIndex((word) => !/^[a-z-]+$/.test(word) || word.startsWith('-'));
  return (end < 0 ? words : words.slice(0, end)).slice(0, 2);
}

const helps = new Map<string, Promise<string>>();
async function helpOf(path: readonly string[]): Promise<string> {
  const known = helps.get(path.join(' ')) ?? wcp([...path, '--help']).then(({ out }) => out);
  helps.set(path.join(' '), known);
  return known;
}

/** The help of the command itself: a second word may be an argument. */
async function helpFor(line: string): Promise<string> {
  const path = pathOf(line);
  for (const tried of [path, path.slice(0, 1)]) {
    const help = await helpOf(tried);
    if (help.startsWith(`Usage: wcp ${tried.join(' ')} `)) return help;
  }
  return '';
}

describe('a command that a message or a page names', () => {
  it('is found in many places', () => {
    expect(named.size).toBeGreaterThan(60);
  });

  it.each([...named])('exists with its options: wcp %s (%s)', async (line) => {
    const help = await helpFor(line);
    expect(help, `wcp ${line}`).not.toBe('');
    const own = line.split(' -- ')[0] as string;
    for (const [option] of own.matchAll(/(?<=\s)--[a-z][a-z-]*/g)) expect(help).toContain(option);
    if (!help.includes('Commands:')) return;
    // A group alone is named as such: what follows it must be one of its commands.
    expect(pathOf(line).length, `wcp ${line}`).toBe(1);
  });
});

describe('the first line of help', () => {
  it('names only what an installed command line can do by itself', async () => {
    const { out } = await wcp(['--help']);
    expect(out).toContain('New here? Run `wcp serve my-hall`.');
  });
});
