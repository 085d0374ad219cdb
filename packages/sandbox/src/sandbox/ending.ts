import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cgroup } from '../limits/cgroup.ts';
import { privateFilesUse } from '../limits/private-files.ts';
import { killProcess, startOf, treeUse } from '../limits/process-tree.ts';
import type { SandboxLimits } from '../limits/sandbox-limits.ts';
import type { SandboxEnd } from './running.ts';

const SAMPLE_MS = 100;
const GONE_MS = 5;
/** Node's timers know no longer time. */
const MAX_TIMER_MS = 0x7fff_ffff;
const MIB = 1024 * 1024;

/** What is to be watched and ended. */
export interface Endable {
  readonly child: ChildProcess;
  /** The process that everything else descends from, by its number on the host. */
  readonly root: number;
  readonly limits: SandboxLimits;
  /** What counts and limits it; null where this process has to look. */
  readonly cgroup: Cgroup | null;
  /** Folders that only it has, in memory; none where its folders are those of the host. */
  readonly private_folders: readonly string[];
  /** Kills everything. Called while the child lives. */
  kill(): void;
  /** Removes what the program had on the host, once it is gone. */
  tidy(): Promise<void>;
}

/** Watches a program that runs, and ends it with everything that it started. */
export class Ending {
  /** Resolves when nothing of it is left. */
  readonly ended: Promise<SandboxEnd>;

  readonly #target: Endable;
  readonly #child: ChildProcess;
  readonly #start: string | null;
  readonly #timers: NodeJS.Timeout[];
  #exceeded: keyof SandboxLimits | null = null;

  constructor(target: Endable) {
    this.#target = target;
    this.#child = target.child;
    this.#start = startOf(target.root);
    this.#timers = [
      setTimeout(() => this.#exceed('wall_ms'), Math.min(target.limits.wall_ms, MAX_TIMER_MS)),
      setInterval(() => this.#sample(), SAMPLE_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    this.#countOutput();
    this.ended = this.#end();
  }

  /** Kills everything; resolves when it is gone. */
  async close(): Promise<void> {
    this.#kill();
    await this.ended;
  }

  #exceed(limit: keyof SandboxLimits): void {
    this.#exceeded ??= limit;
    this.#kill();
  }

  #kill(): void {
    if (isRunning(this.#child)) this.#target.kill();
  }

  #sample(): void {
    const { root, limits, cgroup, private_folders } = this.#target;
    const { memory_mb, processes, cpu_seconds } = limits;
    const counted = cgroup?.use();
    const use = counted?.cpu == null ? treeUse(root) : null;
    // The kernel may have killed a child only: half a program is none.
    if ((counted?.out_of_memory ?? 0) > 0) this.#exceed('memory_mb');
    if ((counted?.cpu ?? use?.cpu ?? 0) > cpu_seconds) this.#exceed('cpu_seconds');
    if (cgroup !== null || use === null) return;
    const memory = use.memory + privateFilesUse(root, private_folders);
    if (memory > memory_mb * MIB) this.#exceed('memory_mb');
    if (use.processes > processes + 1) this.#exceed('processes');
  }

  /** Counts bytes where they come in, so that nobody who reads them later is in the way. */
  #countOutput(): void {
    let left = this.#target.limits.output_bytes;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream === null) continue;
      const push: Readable['push'] = stream.push.bind(stream);
      stream.push = (chunk, encoding) => {
        left -= chunk?.length ?? 0;
        if (left < 0) this.#exceed('output_bytes');
        return push(chunk, encoding);
      };
    }
  }

  async #end(): Promise<SandboxEnd> {
    const { child, root, cgroup } = this.#target;
    if (isRunning(child)) await once(child, 'exit');
    for (const timer of this.#timers) clearTimeout(timer);
    // Where bubblewrap was killed itself, the rest ends a moment later: by the kernel, and by this in any case.
    for (; this.#start !== null && startOf(root) === this.#start; await wait(GONE_MS)) killProcess(root);
    const isOut = (cgroup?.use().out_of_memory ?? 0) > 0;
    await Promise.all([cgroup?.remove(), this.#target.tidy()]);
    const { exitCode: exit_code, signalCode: signal } = child;
    return { exit_code, signal, exceeded: this.#exceeded ?? (isOut ? 'memory_mb' : null) };
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
