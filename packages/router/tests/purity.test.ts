// @wcp/spec and @wcp/router are pure: no I/O, no clock, no randomness. Held by reading them, and by taking
// clock and randomness away.
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compileWorld, decide, explain } from '../src/index.ts';
import { ALLOW, documentsOf, makeFacts, makeInput, type Scene, worldOf } from './support.ts';

const PACKAGES = new URL('../../', import.meta.url);
const sources = ['spec', 'router'].flatMap((name) =>
  readdirSync(new URL(`${name}/src/`, PACKAGES), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => `${name}/src/${file}`),
);
const read = (source: string): string => readFileSync(new URL(source, PACKAGES), 'utf8');

/** A source without comments and without what stands in quotes; `${}` in templates is kept. */
function bare(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[dgimsuvy]*(?=[.;,)\s])/g,
    ' ',
  );
}

const HASHING = 'spec/src/base/hash.ts';
const IMPORTS = [
  /^import\s(?:[^;'"]*?\bfrom\s*)?['"]([^'"]+)/gm,
  /^export\s[^;'"=]*?\bfrom\s*['"]([^'"]+)/gm,
  /\bimport\s*\(\s*['"`]?([^'"`)]*)/g,
];
const modulesOf = (text: string): string[] =>
  IMPORTS.flatMap((form) => [...text.matchAll(form)].map(([, name]) => String(name)));
const isAllowed = (name: string, source: string): boolean =>
  /^\.{1,2}\//.test(name) ||
  (source.startsWith('spec/') && name === 'typebox') ||
  (source.startsWith('router/') && /^@wcp\/spec(?:\/(?:catalog|document|id|input|json))?$/.test(name)) ||
  (source === HASHING && name === 'node:crypto');

test('The scan reads both packages.', () => {
  expect(sources).toContain('router/src/decision/decide.ts');
  expect(sources).toContain(HASHING);
  expect(sources).toContain('spec/src/document/schema/common.ts');
});

test.each(sources)('%s imports only its own files, typebox or @wcp/spec', (source) => {
  expect(modulesOf(read(source)).filter((name) => !isAllowed(name, source))).toEqual([]);
});

test('Only one file imports a Node builtin, for the hash.', () => {
  expect(sources.filter((source) => /['"]node:/.test(read(source)))).toEqual([HASHING]);
});

const FORBIDDEN =
  /\b(?:Date|Math\s*\.\s*random|performance|process|crypto|globalThis|global|window|self|setTimeout|setInterval|setImmediate|queueMicrotask|fetch|console|eval|Function\s*\(|Intl|Temporal|Atomics|WebAssembly|Worker\s*\(|toLocale\w*|localeCompare|async|await|import\s*\.\s*meta|require)\b/g;

test.each(sources)('%s names no clock, no randomness, no environment and no locale', (source) => {
  expect(bare(read(source)).match(FORBIDDEN) ?? []).toEqual([]);
});

test('The scan finds what it looks for, and ignores comments and texts.', () => {
  const hidden = '// Date\n/* performance */ const a = \'Date\'; const b = "process"; const c = /Date/;';
  expect(bare(hidden).match(FORBIDDEN)).toBeNull();
  const open =
    'new Date(); Math.random(); performance.now(); process.env; crypto.x; globalThis.y; setTimeout(f);';
  expect(bare(open).match(FORBIDDEN)).toHaveLength(7);
  const template = ['`$', '{Date.now()}`'].join('');
  expect(bare(template).match(FORBIDDEN)).toEqual(['Date']);
  const imports = [
    "import x from 'fs';",
    'export * from "node:os";',
    "import 'net';",
    "await import('vm'); import(name);",
  ];
  expect(modulesOf(imports.join('\n'))).toEqual(['fs', 'net', 'node:os', 'vm', 'name']);
});

// --- without clock and randomness

const SCENES: readonly Scene[] = [
  {},
  { input: { env: 'moon' } },
  { rule: { decision: { escalation: { human_required_default: true } } } },
  { rule: { decision: { escalation: { policy_gate: true } } }, gate: () => ALLOW },
  { config: { profile: 'prof.edge.isolated' }, input: { env: 'edge' } },
  { rules: (rule) => [rule, rule] },
];
const outcomes = (): unknown[] =>
  SCENES.map((scene) => {
    const [facts, input] = [makeFacts(scene.facts), makeInput(scene.input)];
    const options = scene.gate === undefined ? {} : { policyGate: scene.gate };
    const world = compileWorld(documentsOf(scene), options);
    return [world, decide(world, facts, input), explain(world, facts, input)];
  });
const expected = outcomes();

const forbidden = (): never => {
  throw new Error('A pure function looked at a clock, or threw dice.');
};

beforeEach(() => {
  class NoDate {
    static now = forbidden;
    static parse = forbidden;
    constructor() {
      forbidden();
    }
  }
  vi.stubGlobal('Date', NoDate);
  vi.stubGlobal('performance', { now: forbidden });
  vi.stubGlobal('setTimeout', forbidden);
  vi.spyOn(Math, 'random').mockImplementation(forbidden);
  vi.spyOn(crypto, 'randomUUID').mockImplementation(forbidden);
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(forbidden);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('The functions compileWorld, decide and explain use no clock and no randomness.', () => {
  const found = outcomes();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  expect(found).toEqual(expected);
  expect(worldOf({}).diagnostics).toEqual([]);
});

test('The stubs are in place while these tests run.', () => {
  for (const look of [
    () => Date.now(),
    () => new Date(),
    Math.random,
    () => crypto.randomUUID(),
    () => performance.now(),
  ])
    expect(look).toThrow('A pure function');
});
