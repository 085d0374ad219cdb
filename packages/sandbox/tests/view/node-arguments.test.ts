import { expect, test } from 'vitest';
import { CONFINEMENT, nodeArguments } from '../../src/view/runtime/node-arguments.ts';

const KNOWN = ['--permission', '--disable-sigusr1', '--no-experimental-sqlite', '--experimental-sqlite'];
const argumentsFor = (words: readonly string[], more: Partial<Parameters<typeof nodeArguments>[0]> = {}) =>
  nodeArguments({ options: new Set(KNOWN), words, writable: ['/tmp'], mayStartProcesses: false, ...more });

test('a Node program that names no use of a thing is refused it', () => {
  expect(argumentsFor(['main.js', '--experimental-sqlite'])).toEqual([
    '--disable-sigusr1',
    '--no-experimental-sqlite',
    '--permission',
    '--allow-fs-read=*',
    '--allow-fs-write=/tmp',
    ...CONFINEMENT,
  ]);
});

test('an option of the command names a use of a thing', () => {
  expect(argumentsFor(['--experimental-sqlite', 'main.js'])).not.toContain('--no-experimental-sqlite');
  expect(argumentsFor(['--import', './x.mjs', '--experimental-sqlite', 'main.js'])).not.toContain(
    '--no-experimental-sqlite',
  );
  expect(argumentsFor(['--no-permission', 'main.js'])).toEqual([
    '--disable-sigusr1',
    '--no-experimental-sqlite',
    ...CONFINEMENT,
  ]);
  expect(argumentsFor(['--permission', 'main.js'])).not.toContain('--permission');
});

test('a program with tools may start them', () => {
  expect(argumentsFor(['main.js'], { mayStartProcesses: true })).toContain('--allow-child-process');
});

test('a Node gets only the options that it knows', () => {
  expect(argumentsFor(['main.js'], { options: new Set() })).toEqual(CONFINEMENT);
  const old = argumentsFor(['main.js'], { options: new Set(['--experimental-permission']) });
  expect(old[0]).toBe('--experimental-permission');
  const later = argumentsFor(['main.js'], { options: new Set([...KNOWN, '--allow-net']) });
  expect(later).toContain('--allow-net');
});

test('what makes a way out transparent is loaded before the import hook', () => {
  const found = argumentsFor(['main.js'], { preload: ['--import', '/run/wcp/x.mjs'] });
  expect(found.slice(-4)).toEqual(['--import', '/run/wcp/x.mjs', ...CONFINEMENT]);
});
