import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { allProcesses, kill, processInfo, variableOf } from './process-info.ts';
import { isOrphaned, MARK_VARIABLE } from './process-mark.ts';

/** A server's process, as the list says it. */
interface ListedProcess {
  readonly pid: number;
  readonly start: string;
  readonly mark: string;
}

const OWNER_ONLY = 0o600;

/**
 * The processes that a gateway started, in a file: a gateway that is killed cannot end them, and the next one does.
 * Several gateways may share it.
 */
export class ProcessList {
  readonly #file: string | null;

  /** @param file null for none: then only processes with a mark are found */
  constructor(file: string | null) {
    this.#file = file;
  }

  /** Ends what gateways left behind that no longer live. */
  endLeftOver(): void {
    for (const { pid, start, mark } of this.#read()) {
      if (!isOrphaned(mark)) continue;
      // The number may be another's by now.
      if (processInfo(pid)?.start === start) kill(-pid);
    }
    for (const pid of allProcesses().keys()) {
      const mark = variableOf(pid, MARK_VARIABLE);
      if (mark !== null && isOrphaned(mark)) kill(pid);
    }
    this.#write(this.#read().filter(({ mark }) => !isOrphaned(mark)));
  }

  add(pid: number, mark: string): void {
    this.#write([...this.#read(), { pid, start: processInfo(pid)?.start ?? '', mark }]);
  }

  remove(mark: string): void {
    this.#write(this.#read().filter((each) => each.mark !== mark));
  }

  #read(): ListedProcess[] {
    if (this.#file === null || !existsSync(this.#file)) return [];
    try {
      const value: unknown = JSON.parse(readFileSync(this.#file).toString('latin1'));
      return Array.isArray(value) ? value.filter(isListed) : [];
    } catch {
      // A file that was cut off says nothing: the marks do.
      return [];
    }
  }

  #write(list: readonly ListedProcess[]): void {
    if (this.#file === null) return;
    if (list.length === 0) {
      rmSync(this.#file, { force: true });
      return;
    }
    mkdirSync(dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(list), { mode: OWNER_ONLY });
    renameSync(draft, this.#file);
  }
}

function isListed(value: unknown): value is ListedProcess {
  const { pid, start, mark } = Object(value) as Partial<Record<keyof ListedProcess, unknown>>;
  return (
    Number.isSafeInteger(pid) && Number(pid) > 1 && typeof start === 'string' && typeof mark === 'string'
  );
}
