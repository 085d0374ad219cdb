import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Enforcement, SandboxEnd } from '../../../src/index.ts';
import type { Host } from '../../support/host.ts';
import type { EscapeRow } from '../rows/escape-row.ts';
import { visit } from './services.ts';
import type { Target } from './target.ts';

/** What the program told, and how it ended. */
export interface RowOutcome {
  /** Null where it told nothing. */
  readonly told: { readonly escaped: boolean; readonly how: string } | null;
  readonly end: SandboxEnd;
  readonly enforcement: Enforcement;
  readonly stderr: string;
}

const PROGRAMS = join(import.meta.dirname, '..', 'programs');
/** What a process that has gone its own way takes to leave its proof. */
const PROOF_MS = 700;
/** What a program that nothing contains may take, and one of which it is known that it shows nothing. */
const [SHOWN_MS, UNSHOWN_MS] = [process.env['WCP_DEEP'] === '1' ? 60_000 : 10_000, 700];

type Kind = { readonly shared: string; readonly command: (options: readonly string[]) => readonly string[] };

const KINDS: Readonly<Record<string, Kind>> = {
  mjs: { shared: 'attempt.mjs', command: (options) => ['node', ...options] },
  py: { shared: 'attempt.py', command: () => ['/usr/bin/python3'] },
  sh: { shared: 'attempt.sh', command: () => ['/bin/sh'] },
};

/** The command of a row’s program, and the files that it is made of. */
export function packageOf({ program, node = ['--no-permission'] }: EscapeRow): {
  readonly command: readonly string[];
  readonly files: Readonly<Record<string, string>>;
} {
  const kind = KINDS[program.split('.').at(-1) ?? ''];
  if (kind === undefined) throw new Error(`Nothing runs ${program}.`);
  const files = [program, kind.shared].map((name) => [name, readFileSync(join(PROGRAMS, name), 'utf8')]);
  return { command: [...kind.command(node), program], files: Object.fromEntries(files) };
}

/** Runs the program of a row once: contained, or with nothing but its word. */
export async function runRow(
  row: EscapeRow,
  {
    host,
    target,
    isContained,
  }: { readonly host: Host; readonly target: Target; readonly isContained: boolean },
): Promise<RowOutcome> {
  const { command, files } = packageOf(row);
  const { words = [], envelope = { network_egress: 'none' }, private_hosts, resolved } = row;
  const { value, proof } = target.fill({
    command: [...command, ...words],
    envelope,
    ...(private_hosts !== undefined && { egress: { private_hosts } }),
    ...(resolved !== undefined && { resolved }),
  });
  const wall_ms = row.unshown?.to === 'anyone' ? UNSHOWN_MS : SHOWN_MS;
  const stop = row.isVisited ? visit(Number(target.places['free_port'])) : () => {};
  const answer = await host.run({
    ...value,
    files,
    // What a limit stops is shown to work with all that anybody may use.
    ...(isContained
      ? { limits: row.limits ?? {} }
      : { isolation: 'declared' as const, limits: { wall_ms, processes: 1_000 } }),
  });
  stop();
  const { stdout, stderr, end, enforcement } = answer;
  const line = stdout.trim();
  const told = line === '' ? null : JSON.parse(line);
  if (row.leavesProof !== true || told === null) return { told, end, enforcement, stderr };
  await wait(PROOF_MS);
  const escaped = existsSync(proof);
  rmSync(proof, { force: true });
  return { told: { ...told, escaped }, end, enforcement, stderr };
}
