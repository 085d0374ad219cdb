import { describe, expect, it } from 'vitest';
import { NAMED_COMMANDS } from './support/named-commands.ts';
import { wcp } from './support/support.ts';

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
    expect(NAMED_COMMANDS.size).toBeGreaterThan(60);
  });

  it.each([...NAMED_COMMANDS])('exists with its options: wcp %s (%s)', async (line) => {
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
