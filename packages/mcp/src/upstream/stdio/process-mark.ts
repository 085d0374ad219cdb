import { randomUUID } from 'node:crypto';
import { processInfo } from './process-info.ts';

/** The variable by which whatever a server starts is found, wherever it has gone: out of its group, to another parent. */
export const MARK_VARIABLE = 'WCP_MCP_PROCESS_OF';

/** A mark for one start of a server: whose it is, and which. */
export function newMark(): string {
  return `${ownerMark()}-${randomUUID()}`;
}

/** What says which gateway a mark is of: its number and when it started. A later process has another. */
function ownerMark(): string {
  return `${process.pid}-${processInfo(process.pid)?.start ?? 0}`;
}

/** Whether the gateway of a mark no longer lives; false for what is no mark. */
export function isOrphaned(mark: string): boolean {
  const [, pid, start] = /^(\d+)-(\d+)-/.exec(mark) ?? [];
  return pid !== undefined && start !== '0' && processInfo(Number(pid))?.start !== start;
}
