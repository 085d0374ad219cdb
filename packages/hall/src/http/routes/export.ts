import type { Export } from '@wcp/spec/hall';
import { ProblemError } from '../../base/problem.ts';
import { findRefused, refusedReceipts, storedExports } from '../../export/export-state.ts';
import type { HallParts } from '../hall-parts.ts';
import { cut, positionOf, readPage } from '../pagination.ts';
import type { Routes } from '../route.ts';

/** Receipts on their way to other systems, and those that were refused there (section 8.11). */
export const EXPORT_ROUTES = {
  listExports: {
    async handle({ hall, query }) {
      return cut(await allExports(hall), ({ name }) => name, readPage(query));
    },
  },
  listRefusedReceipts: {
    async handle({ hall, params: { name }, query }) {
      if (!(await allExports(hall)).some((each) => each.name === name)) throw noExport();
      const page = readPage(query);
      const { limit } = page;
      const after = positionOf(page);
      const rows = await refusedReceipts(hall.storage.store, name, { after, limit: limit + 1 });
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const hasMore = rows.length > limit && last !== undefined;
      return { items, next_cursor: hasMore ? String(last.position) : null };
    },
  },
  retryRefusedReceipts: {
    async handle({ hall, params: { name }, body: { positions } }) {
      if (!hall.exports.statuses.some((status) => status.name === name)) throw noExport();
      await checkRefused(hall, name, positions);
      return hall.exports.retry(name, positions) ?? Promise.reject(noExport());
    },
  },
} satisfies Partial<Routes>;

/** Those that run, and those that ran once: what their targets refused is still in the store. */
async function allExports({ exports, storage }: HallParts): Promise<Export[]> {
  const running = exports.statuses.map(({ next, ...status }) => ({ ...status, next_position: next }));
  const names = new Set(running.map(({ name }) => name));
  const stored = await storedExports(storage.store);
  if (stored.every(({ name }) => names.has(name))) return inOrder(running);
  const { size } = await storage.ledger.head();
  const former = stored
    .filter(({ name }) => !names.has(name))
    .map(({ name, next, refused }) => ({
      ...{ name, form: null, next_position: next, lag: Math.max(0, size - next) },
      ...{ refused, attempts: 0, failure: null },
    }));
  return inOrder([...running, ...former]);
}

function inOrder(exports: readonly Export[]): Export[] {
  return exports.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws {ProblemError} `NOT_FOUND` with every position that the export does not list as refused */
async function checkRefused({ storage }: HallParts, name: string, positions: readonly number[]) {
  const known = await Promise.all(positions.map((position) => findRefused(storage.store, name, position)));
  const findings = known.flatMap((receipt, index) => (receipt === null ? [findingAt(index)] : []));
  if (findings.length === 0) return;
  throw new ProblemError('NOT_FOUND', 'The target of this export refused no such receipt.', findings);
}

function findingAt(index: number) {
  const message = 'This position is not among the refused ones.';
  return { path: `/positions/${index}`, code: 'INVALID_VALUE', message } as const;
}

function noExport(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no export with this name in the settings of the Hall.');
}
