import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { recordHash } from '@wcp/spec';
import picocolors from 'picocolors';
import { v7 } from 'uuid';
// @boundaries-ignore Files of tests share a process, and clean up after themselves in one way.
import { afterFile } from '../../../../tooling/src/vitest/clean-up.ts';
import { runCli, type Terminal } from '../../src/index.ts';

/** The source of the program: Node runs it as it is, so that no test runs a stale build. */
export const PROGRAM = join(import.meta.dirname, '../../src/main.ts');

/** A new empty folder. Tests of one file may run at the same time, so it stays until the last of them has ended. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-cli-test-'));
  afterFile(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes files (objects as JSON) into a new folder and returns its path. */
export function folderOf(files: Readonly<Record<string, unknown>>): string {
  const dir = scratch();
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return dir;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a process of `wcp` gets of this environment: where Node is, and what Node has compiled before. */
export const ENVIRONMENT = {
  PATH: dirname(process.execPath),
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
};

/** Starts `wcp` as a process, with next to nothing of this environment. */
export function start(args: readonly string[], options: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: { ...ENVIRONMENT, ...options.env },
  });
}

/** Runs `wcp` as a process to its end, where the process is part of what a test shows. */
export function wcpProcess(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = start(args, options);
  let [out, err] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

/** A promise that a test resolves itself. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

/** When every command of {@link wcp} runs, unless a test says otherwise. */
const NOW = '2026-01-01T00:00:00.000Z';

export interface HereOptions extends RunOptions {
  /** The clock; one that stands still by default. */
  readonly now?: () => string;
  /** Resolves when the command is told to stop; never by default. */
  readonly untilStopped?: Promise<void>;
  /** Called with everything on standard output so far, whenever there is more. */
  readonly onOutput?: (out: string) => void;
}

/** The clock of this machine, for what is checked by other processes. */
export const REAL_CLOCK = { now: () => new Date().toISOString() };

/** Runs `wcp` in this process. One with a folder of its own must end before the next begins. */
export async function wcp(args: readonly string[], options: HereOptions = {}): Promise<Ran> {
  const {
    cwd,
    env = {},
    input = '',
    now = () => NOW,
    untilStopped = new Promise(() => {}),
    onOutput,
  } = options;
  let [out, err] = ['', ''];
  const colours = picocolors.createColors(false);
  const terminal: Terminal = {
    isInteractive: false,
    colours,
    errorColours: colours,
    env,
    write: (text, done) => {
      out += text;
      onOutput?.(out);
      done?.();
    },
    warn: (text) => {
      err += text;
    },
    readStdin: () => Readable.from([Buffer.from(input)]),
    now,
    newId: () => v7(),
    untilStopped: () => untilStopped,
  };
  const code = await inFolder(cwd, () => runCli(args, terminal));
  return { code, out, err };
}

async function inFolder<T>(dir: string | undefined, run: () => Promise<T>): Promise<T> {
  if (dir === undefined) return run();
  const before = process.cwd();
  process.chdir(dir);
  try {
    return await run();
  } finally {
    process.chdir(before);
  }
}

/** Runs `wcp … --json` in this process and reads what it printed. */
export async function wcpJson(args: readonly string[], options: HereOptions = {}) {
  const { code, out, err } = await wcp([...args, '--json'], options);
  return { code, err, json: JSON.parse(out) as unknown };
}

export const REQUEST = {
  capability_id: 'cap.doc.summarize',
  env: 'dev',
  data_label: 'INTERNAL',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'tenant-a',
  correlation_id: 'correlation-1',
  request: {},
} as const;

const RULE = {
  rule_id: 'summarize',
  match: { capability_id: 'cap.doc.summarize' },
  decision: { candidate_workers_ranked: [{ worker_species_id: 'wrk.doc.summarizer' }] },
} as const;
export const RULES = { rules: [RULE] } as const;

/** Rules of which the second can never match. */
export const DEAD_RULES = [
  RULE,
  { ...RULE, rule_id: 'never', match: { ...RULE.match, env: 'dev' } },
] as const;

/** Rules with three mistakes: an unknown env, an unknown member, a list that is none. */
export const THREE_MISTAKES = `{
  "rules": [
    {
      "rule_id": "one",
      "match": { "env": "moon" },
      "decission": {},
      "decision": { "candidate_workers_ranked": 3 }
    }
  ]
}
`;

/** A registry record with its hash. */
export function record(change: Readonly<Record<string, unknown>> = {}) {
  const content = {
    worker_id: 'org.acme.summarizer.one',
    worker_species_id: 'wrk.doc.summarizer',
    capabilities: ['cap.doc.summarize'],
    risk_tier: 'low',
    currently_implements: ['ctrl.obs.audit-log-append-only'],
    allowed_environments: ['dev', 'prod'],
    blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
    privilege_envelope: { network_egress: 'none' },
    ...change,
  };
  return { ...content, artifact_hash: recordHash(content) };
}
