import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConformanceCase } from '@wcp/conformance';
import { onTestFinished } from 'vitest';
import type { Mutant, TriedMutant } from '../../src/mutants/run/mutant.ts';
import type { Reach } from '../../src/mutants/run/reach.ts';
import { type PreparedCase, prepareCases } from '../../src/mutants/run/run-cases.ts';
import type { Source, Workspaces } from '../../src/mutants/run/suite.ts';

/** A temporary folder, which is removed when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-tooling-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Cases of an area: each asks for the id of a capability and expects it to be valid. */
export function casesNamed(...ids: readonly string[]): PreparedCase[] {
  return prepareCases(
    ids.map(
      (id): ConformanceCase => ({
        id,
        title: 'An id.',
        area: 'ids',
        section: ['2'],
        requirements: ['WCP-2-1'],
        level: 'basic',
        op: 'check_id',
        given: {},
        input: { id },
        expect: { result: { valid: true } },
      }),
    ),
  );
}

/** A mutant that replaces the first `from` of a source. */
export function mutantOf(source: Source, from: string, to: string, more: Partial<Mutant> = {}): Mutant {
  const start = source.code.indexOf(from);
  return {
    target: source.target,
    path: source.path,
    line: 1,
    column: start + 1,
    original: source.code.split('\n')[0] ?? '',
    operator: 'text',
    change: `${from} -> ${to}`,
    start,
    end: start + from.length,
    replacement: to,
    excluded: null,
    ...more,
  };
}

/** A mutant with what became of it. */
export function tried(mutant: Mutant, caught: string | null): TriedMutant {
  return { ...mutant, caught: caught === null ? null : { case: caught, how: 'failed' }, asked: 1 };
}

/** A source by its path and code. */
export function sourceOf(path: string, code: string): Source {
  return { target: 'router', path, text: code, code };
}

/** Reach by which each case reaches all of a source. */
export function fullReach(sources: readonly Source[], cases: readonly PreparedCase[]): Reach {
  const places = sources.map(({ path, code }) => ({
    path,
    start: 0,
    end: code.length,
    unreachable: false,
  }));
  const all = new Set(places.keys());
  return { places, loading: new Set(), reachedBy: cases.map(() => all), failing: [], untrue: [] };
}

/** Workspaces of a port of one file, which runs the code of the sources one after the other. */
export function workspacesOf(sources: readonly Source[], count: number): Workspaces {
  const root = scratch();
  const folder = (workspace: number) => join(root, String(workspace));
  const write = (workspace: number, { path }: Source, code: string) =>
    writeFileSync(join(folder(workspace), path), code);
  for (let workspace = 0; workspace < count; workspace += 1) {
    mkdirSync(folder(workspace));
    writeFileSync(join(folder(workspace), 'port.mjs'), PORT);
    for (const source of sources) write(workspace, source, source.code);
  }
  return {
    root,
    count,
    folder,
    write,
    command: (workspace) => ({
      program: process.execPath,
      args: [join(folder(workspace), 'port.mjs')],
      env: {},
    }),
    remove: () => {},
  };
}

/** Answers each id by what `ids.mjs` says about it. */
const PORT = `
import { createInterface } from 'node:readline';
import { check, ops } from './ids.mjs';
const implementation = { name: 'sample', language: 'JavaScript', version: '1' };
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, seq, input } = JSON.parse(line);
  if (cmd === 'stop') break;
  if (cmd === 'start') console.log(JSON.stringify({ ok: true, implementation, ops }));
  else console.log(JSON.stringify({ seq, result: { valid: check(input.id) } }));
}
`;
