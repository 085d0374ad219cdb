import { startOf } from './process-tree.ts';

/**
 * What says which process something on the host belongs to: its number and when it started. A later process with the
 * same number has another mark.
 */
export function ownMark(): string {
  return `${process.pid}-${startOf(process.pid) ?? 0}`;
}

/** Whether the process of a mark no longer lives; false for what is no mark. */
export function isOrphaned(mark: string): boolean {
  const [, pid, start] = /^(\d+)-(\d+)(?:-|$)/.exec(mark) ?? [];
  return pid !== undefined && startOf(Number(pid)) !== start;
}
