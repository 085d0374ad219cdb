import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../src/index.ts';
import { createProgram } from '../src/program.ts';

const colours = picocolors.createColors(false);
const TERMINAL: Terminal = {
  isInteractive: false,
  colours,
  errorColours: colours,
  env: {},
  write: () => {},
  warn: () => {},
  readStdin: () => {
    throw new Error('Nothing is read.');
  },
  now: () => '2026-01-01T00:00:00Z',
  newId: () => '',
  untilStopped: () => Promise.resolve(),
};
const PROGRAM = await createProgram(
  TERMINAL,
  false,
  () => {},
  () => true,
);

/** The command that the words of a command line name, and its arguments. */
function commandOf(words: readonly string[], command: Command = PROGRAM): [Command, readonly string[]] {
  const [word, ...rest] = words;
  const found = command.commands.find((each) => each.name() === word);
  return found === undefined ? [command, words] : commandOf(rest, found);
}

/** What is wrong with a command line: an unknown command or option, or a missing argument. */
function mistakesIn(line: string): string[] {
  const words: string[] = line.match(/"[^"]*"|\S+/g) ?? [];
  const end = words.indexOf('--');
  const [command, given] = commandOf(words.slice(1, end < 0 ? undefined : end));
  if (command.commands.length > 0) return ['there is no such command'];
  const options = given.filter((word) => word.startsWith('-') && word !== '-');
  const known = command.options.flatMap(({ short, long }) => [short, long]);
  const required = command.options.filter(({ mandatory }) => mandatory).map(({ long }) => long as string);
  const needsArgument = command.registeredArguments.some((each) => each.required);
  return [
    ...options.filter((option) => !known.includes(option)).map((option) => `unknown: ${option}`),
    ...required.filter((option) => !options.includes(option)).map((option) => `missing: ${option}`),
    ...(needsArgument && given.length === 0 && end < 0 ? ['missing: an argument'] : []),
  ];
}

describe('a command line', () => {
  it('A wrong command line is found by this test.', () => {
    expect(mistakesIn('wcp keys make')).toEqual(['there is no such command']);
    expect(mistakesIn('wcp route x.json --rulez y.json')).toEqual(['unknown: --rulez']);
    expect(mistakesIn('wcp keys create --label x')).toEqual(['missing: --role']);
    expect(mistakesIn('wcp dispatch')).toEqual(['missing: an argument']);
  });
});

describe('the README', () => {
  const text = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const lines = [...text.matchAll(/^(wcp .*?)(?: +#.*)?$/gm)].map(([, line]) => line as string);

  it('The README has examples.', () => {
    expect(lines.length).toBeGreaterThan(20);
  });

  it.each(lines)('The README shows a command line that exists: %s.', (line) => {
    expect(mistakesIn(line)).toEqual([]);
  });
});

describe('the help', () => {
  const commands = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(commands);
  const examples = commands(PROGRAM).flatMap((command) => {
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    return [...help.matchAll(/^ {2}\$ (wcp .*)$/gm)].map(([, line]) => line as string);
  });

  it('The help has an example for every command.', () => {
    expect(examples.length).toBeGreaterThanOrEqual(commands(PROGRAM).length);
  });

  it.each(examples)('The help shows a command line that exists: %s.', (line) => {
    expect(mistakesIn(line)).toEqual([]);
  });
});
