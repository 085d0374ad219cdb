import { type Static, Type } from 'typebox';
import { OPERATION_NAMES } from '../../fixtures/operations.ts';
import {
  caseId,
  closed,
  LEVELS,
  level,
  nullable,
  requirement,
  sentence,
} from '../../fixtures/schema/common.ts';
import { PORT_PROBLEM_CODES } from '../../runner/port-problem.ts';
import { STATUSES } from '../../runner/verdict.ts';

const TIME_PATTERN = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$';
const count = Type.Integer({ minimum: 0 });
const milliseconds = Type.Number({ minimum: 0 });
const anything = Type.Unknown();

/** How many cases ended how; the `known` ones are listed as known failures and never count as `passed`. */
const CountsSchema = closed({
  cases: count,
  passed: count,
  failed: count,
  skipped: count,
  errored: count,
  known: count,
});
const LevelCountSchema = closed({ required: count, passed: count, reached: Type.Boolean() });

const DifferenceSchema = closed({
  path: Type.String(),
  expected: Type.Optional(anything),
  got: Type.Optional(anything),
});

const CaseReportSchema = closed({
  id: caseId,
  title: sentence,
  area: sentence,
  level,
  requirements: Type.Array(requirement),
  op: Type.Enum([...OPERATION_NAMES]),
  status: Type.Enum([...STATUSES]),
  unexpected: Type.Boolean(),
  known_failure: nullable(Type.String()),
  message: nullable(sentence),
  expected: anything,
  got: anything,
  diff: Type.Array(DifferenceSchema),
  duration_ms: milliseconds,
});

const ProblemSchema = closed({ code: Type.Enum([...PORT_PROBLEM_CODES]), message: sentence });

/** What a run found. Only `started_at` and the members whose names end in `_ms` are times. */
export const ReportSchema = closed(
  {
    report_version: Type.Literal(1),
    revision: sentence,
    fixtures: closed({ digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }), cases: count }),
    selection: closed({ level: nullable(level), filter: nullable(Type.String()) }),
    implementation: nullable(
      closed({ name: Type.String(), language: Type.String(), version: Type.String() }),
    ),
    ops: Type.Array(Type.String()),
    level: nullable(level),
    levels: closed({ basic: LevelCountSchema, standard: LevelCountSchema, full: LevelCountSchema }),
    totals: CountsSchema,
    areas: Type.Record(Type.String(), CountsSchema),
    unexpected: count,
    problems: Type.Array(ProblemSchema),
    known_failures: closed({ passing: Type.Array(caseId), unknown: Type.Array(caseId) }),
    cases: Type.Array(CaseReportSchema),
    stderr_tail: Type.String(),
    started_at: Type.String({ pattern: TIME_PATTERN }),
    duration_ms: milliseconds,
  },
  {
    title: 'ConformanceReport',
    description: `What the referee found about a port (WCP section 11). Levels: ${LEVELS.join(', ')}.`,
  },
);

/** What a run found. */
export type ConformanceReport = Static<typeof ReportSchema>;
/** What a run found about one case. */
export type CaseReport = Static<typeof CaseReportSchema>;
/** Counts of cases by how they ended. */
export type Counts = Static<typeof CountsSchema>;
/** Something wrong with the port as a whole, and what to do about it. */
export type Problem = Static<typeof ProblemSchema>;
