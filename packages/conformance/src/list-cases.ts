import type { ConformanceCase, Fixtures } from './conformance-case.ts';
import { misuse } from './misuse.ts';
import { PROTOCOL } from './read-start.ts';
import { type Selection, selectCases } from './select-cases.ts';

/** A case in one line of a list. */
export type CaseSummary = Pick<ConformanceCase, 'id' | 'title' | 'area' | 'level' | 'requirements' | 'op'>;

/** A case in full, and the lines that cross between referee and port. */
export interface CaseView {
  readonly case: ConformanceCase;
  /** What a port reads: `start`, the case under some `seq`, `stop`; one JSON text each. */
  readonly lines: readonly string[];
}

/**
 * What cases there are.
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` where nothing is selected.
 */
export function listCases(fixtures: Fixtures, selection: Selection = {}): readonly CaseSummary[] {
  return selectCases(fixtures, selection).map(({ id, title, area, level, requirements, op }) => ({
    id,
    title,
    area,
    level,
    requirements,
    op,
  }));
}

/**
 * One case, with the lines by which a port author can try it by hand.
 *
 * @throws {WcpError} `ERR_WCP_CONFORMANCE` where there is no such case; the message names near ones.
 */
export function showCase(fixtures: Fixtures, id: string): CaseView {
  const found = fixtures.cases.find((item) => item.id === id);
  if (found === undefined) throw misuse(`There is no case ${JSON.stringify(id)}.${near(fixtures, id)}`);
  const { op, given, input } = found;
  const messages = [
    { cmd: 'start', protocol: PROTOCOL, revision: fixtures.revision },
    { cmd: 'run', seq: 1, op, given, input },
    { cmd: 'stop' },
  ];
  return { case: found, lines: messages.map((message) => JSON.stringify(message)) };
}

function near({ cases }: Fixtures, id: string): string {
  const last = id.split('/').at(-1) ?? id;
  const alike = cases.filter((item) => item.id.startsWith(id) || (last !== '' && item.id.includes(last)));
  if (alike.length === 0) return '';
  return ` Did you mean ${alike
    .slice(0, 5)
    .map((item) => item.id)
    .join(', ')}?`;
}
