import { setTimeout as wait } from 'node:timers/promises';
import { allProcesses, kill, type ProcessInfo, processInfo, variableOf } from './process-info.ts';
import { MARK_VARIABLE } from './process-mark.ts';

const SWEEP_MS = 15;
const MAX_SWEEPS = 60;

const families = new Set<ProcessFamily>();

/**
 * A server's process with everything that it started: its group, its descendants, and whatever has its mark. Where this
 * process exits, all of it is killed.
 */
export class ProcessFamily {
  readonly #root: number;
  readonly #start: string | null;
  readonly #mark: string;

  /** @param root leads a group of its own */
  constructor(root: number, mark: string) {
    this.#root = root;
    this.#start = processInfo(root)?.start ?? null;
    this.#mark = mark;
    if (families.size === 0) process.on('exit', killAll);
    families.add(this);
  }

  /** Kills everything; resolves when it is gone. */
  async end(): Promise<void> {
    for (let sweep = 0; sweep < MAX_SWEEPS && this.sweep() > 0; sweep += 1) await wait(SWEEP_MS);
    families.delete(this);
    if (families.size === 0) process.off('exit', killAll);
  }

  /** Kills what lives of it now; how many that were. What was being started meanwhile is found by the next. */
  sweep(): number {
    const members = this.#members();
    // The group at once, so that no member can start another in between.
    if (members.size > 0 && this.#isGroupOurs(members)) kill(-this.#root);
    for (const pid of members) kill(pid);
    return members.size;
  }

  #members(): Set<number> {
    const processes = allProcesses();
    if (processes.size === 0) return this.#memberWithoutSystem();
    const members = new Set<number>();
    for (const [pid, info] of processes) {
      if (this.#isRoot(pid, info) || variableOf(pid, MARK_VARIABLE) === this.#mark) members.add(pid);
    }
    addDescendants(members, processes);
    return members;
  }

  /** The number of a process that has ended may be another's by now. */
  #isRoot(pid: number, { start }: ProcessInfo): boolean {
    return pid === this.#root && start === this.#start;
  }

  #isGroupOurs(members: ReadonlySet<number>): boolean {
    return [...members].some((pid) => processInfo(pid)?.group === this.#root);
  }

  /** Where the system tells nothing, there is the group alone. */
  #memberWithoutSystem(): Set<number> {
    try {
      process.kill(-this.#root, 0);
      return new Set([this.#root]);
    } catch {
      return new Set();
    }
  }
}

function addDescendants(members: Set<number>, processes: ReadonlyMap<number, ProcessInfo>): void {
  for (let size = -1; size !== members.size; ) {
    size = members.size;
    for (const [pid, { parent }] of processes) if (members.has(parent)) members.add(pid);
  }
}

function killAll(): void {
  for (const family of families) family.sweep();
}
