import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Cgroup } from '../limits/cgroup.ts';
import { parentOf, startOf, treeUse } from '../limits/process-tree.ts';
import type { SandboxLimits } from '../limits/sandbox-limits.ts';
import type { Started } from './start.ts';

/** How a sandbox ended. */
export interface SandboxEnd {
  readonly exit_code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The limit that it exceeded; null where it ended for another reason. */
  readonly exceeded: keyof SandboxLimits | null;
}

const SAMPLE_MS = 100;
const GONE_MS = 5;
const MIB = 1024 * 1024;

/** Watches a sandbox that runs, and ends it with everything in it. */
export class Ending {
  /** Resolves when nothing of the sandbox is left. */
  readonly ended: Promise<SandboxEnd>;

  readonly #child: ChildProcess;
  readonly #inner: number;
  readonly #start: string | null;
  readonly #limits: SandboxLimits;
  readonly #cgroup: Cgroup | null;
  readonly #timers: NodeJS.Timeout[];
  #exceeded: keyof SandboxLimits | null = null;

  constructor({ child, inner }: Started, limits: SandboxLimits, cgroup: Cgroup | null) {
    this.#child = child;
    this.#inner = inner;
    this.#start = startOf(inner);
    this.#limits = limits;
    this.#cgroup = cgroup;
    this.#timers = [
      setTimeout(() => this.#exceed('wall_ms'), Math.min(limits.wall_ms, 0x7fff_ffff)),
      setInterval(() => this.#sample(), SAMPLE_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    this.#countOutput();
    this.ended = this.#end();
  }

  /** Kills everything in the sandbox; resolves when it is gone. */
  async close(): Promise<void> {
    this.#kill();
    await this.ended;
  }

  #exceed(limit: keyof SandboxLimits): void {
    this.#exceeded ??= limit;
    this.#kill();
  }

  /** With the first process of a PID namespace the kernel ends all others, stopped ones included. */
  #kill(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    if (this.#isInner()) kill(this.#inner);
    else this.#child.kill('SIGKILL');
  }

  /** Whether the number still belongs to the process that it was given to. */
  #isInner(): boolean {
    return this.#start !== null && startOf(this.#inner) === this.#start && parentOf(this.#inner) === this.#child.pid;
  }

  #sample(): void {
    const { memory_mb, processes, cpu_seconds } = this.#limits;
    const counted = this.#cgroup?.use();
    const use = counted?.cpu == null ? treeUse(this.#inner) : null;
    if ((counted?.cpu ?? use?.cpu ?? 0) > cpu_seconds) this.#exceed('cpu_seconds');
    if (this.#cgroup !== null || use === null) return;
    if (use.memory > memory_mb * MIB) this.#exceed('memory_mb');
    if (use.processes > processes + 1) this.#exceed('processes');
  }

  /** Counts bytes where they come in, so that nobody who reads them later is in the way. */
  #countOutput(): void {
    let left = this.#limits.output_bytes;
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
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
    for (const timer of this.#timers) clearTimeout(timer);
    // Where bubblewrap itself was killed, the kernel ends the rest a moment later.
    while (this.#start !== null && startOf(this.#inner) === this.#start) await wait(GONE_MS);
    const isOut = (this.#cgroup?.use().out_of_memory ?? 0) > 0;
    await this.#cgroup?.remove();
    const { exitCode: exit_code, signalCode: signal } = this.#child;
    return { exit_code, signal, exceeded: this.#exceeded ?? (isOut ? 'memory_mb' : null) };
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
