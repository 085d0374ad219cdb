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
import { ANSWER_FAULTS, STATUSES } from '../../runner/verdict.ts';

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
  kind: Type.Optional(Type.Enum(['order', 'items'])),
  expected: Type.Optional(anything),
  got: Type.Optional(anything),
});

/** What a case that did not pass was about, and what came; the values are cut where they are long. */
const CaseDetailSchema = closed({
  title: sentence,
  level,
  requirements: Type.Array(requirement),
  op: Type.Enum([...OPERATION_NAMES]),
  message: sentence,
  cause: closed({ expected: Type.String(), got: Type.String() }),
  expected: anything,
  got: anything,
  diff: Type.Array(DifferenceSchema),
  diff_left_out: count,
});

/**
 * Every case stands here in brief. It has no `detail` if it passed, if one reason holds for many (`not_run`,
 * `not_offered`), or if the report has no more room, which `left_out.details` counts.
 */
const CaseReportSchema = closed({
  id: caseId,
  status: Type.Enum([...STATUSES]),
  fault: nullable(Type.Enum([...ANSWER_FAULTS, ...PORT_PROBLEM_CODES])),
  unexpected: Type.Boolean(),
  known_failure: nullable(Type.String()),
  duration_ms: milliseconds,
  detail: Type.Optional(CaseDetailSchema),
});

/**
 * A statement that a case with an unexpected answer tests. Of its `cases`, `unexpected` went wrong; `grouped` of
 * these are told under this statement, the one that explains them best, and `examples` are the first of them.
 */
const StatementReportSchema = closed({
  id: requirement,
  text: nullable(sentence),
  file: nullable(sentence),
  heading: nullable(sentence),
  cases: count,
  unexpected: count,
  grouped: count,
  examples: Type.Array(caseId),
});

/** What is too much for the report: how many there are besides those that it has. */
const LeftOutSchema = closed({
  cases: count,
  details: count,
  unknown_ops: count,
  known_failures: count,
});

const ProblemSchema = closed({ code: Type.Enum([...PORT_PROBLEM_CODES]), message: sentence });

/** What a run found. Only `started_at` and the members whose names end in `_ms` are times. */
export const ReportSchema = closed(
  {
    report_version: Type.Literal(2),
    revision: sentence,
    fixtures: closed({ digest: Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }), cases: count }),
    selection: closed({ level: nullable(level), filter: nullable(Type.String()) }),
    limits: closed({ start_timeout_ms: count, timeout_ms: count, stop_timeout_ms: count }),
    implementation: nullable(
      closed({ name: Type.String(), language: Type.String(), version: Type.String() }),
    ),
    ops: Type.Array(Type.Enum([...OPERATION_NAMES])),
    unknown_ops: Type.Array(Type.String()),
    level: nullable(level),
    levels: closed({ basic: LevelCountSchema, standard: LevelCountSchema, full: LevelCountSchema }),
    totals: CountsSchema,
    areas: Type.Record(Type.String(), CountsSchema),
    unexpected: count,
    not_run: count,
    not_offered: Type.Record(Type.String(), count),
    statements: Type.Array(StatementReportSchema),
    problems: Type.Array(ProblemSchema),
    known_failures: closed({ passing: Type.Array(caseId), unknown: Type.Array(caseId) }),
    left_out: LeftOutSchema,
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
/** What a run found about a case that did not pass, as far as a report has room for it. */
export type CaseDetail = Static<typeof CaseDetailSchema>;
/** A statement whose cases went wrong. */
export type StatementReport = Static<typeof StatementReportSchema>;
/** Counts of cases by how they ended. */
export type Counts = Static<typeof CountsSchema>;
/** Something wrong with the port as a whole, and what to do about it. */
export type Problem = Static<typeof ProblemSchema>;
