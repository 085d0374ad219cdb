export type { ConformanceCase, Fixtures } from './fixtures/conformance-case.ts';
export { loadKnownFailures } from './fixtures/known-failures.ts';
export { type CaseSummary, type CaseView, listCases, showCase } from './fixtures/list-cases.ts';
export { loadFixtures } from './fixtures/load-fixtures.ts';
export { OPERATION_NAMES, OPERATIONS, type Operation, type OperationName } from './fixtures/operations.ts';
export {
  type CaseGroup,
  type CaseGroups,
  CaseGroupsSchema,
  type Expectation,
  type Given,
} from './fixtures/schema/case-groups.ts';
export { LEVELS, type Level, REVISION } from './fixtures/schema/common.ts';
export { type KnownFailure, KnownFailuresSchema } from './fixtures/schema/known-failures.ts';
export { type Requirements, RequirementsSchema } from './fixtures/schema/requirements.ts';
export type { Statement } from './fixtures/schema/statements.ts';
export type { Selection } from './fixtures/select-cases.ts';
export { type PortHandler, type PortHandlers, type PortOptions, servePort } from './port/serve-port.ts';
export { type Implementation, PROTOCOL } from './protocol/message.ts';
export { exitCode } from './report/exit-code.ts';
export { type Badge, renderBadge, renderBadgeSvg } from './report/render/render-badge.ts';
export { renderJson } from './report/render/render-json.ts';
export { renderJUnit } from './report/render/render-junit.ts';
export { LEVEL_NAMES, renderMarkdown } from './report/render/render-markdown.ts';
export { renderText } from './report/render/render-text.ts';
export {
  type CaseDetail,
  type CaseReport,
  type ConformanceReport,
  type Counts,
  type Problem,
  ReportSchema,
  type StatementReport,
} from './report/schema/report.ts';
export { type ConformanceOptions, runConformance } from './run-conformance.ts';
export type { PortProblemCode } from './runner/port-problem.ts';
export type { Cause, Difference, Fault, Status } from './runner/verdict.ts';
export { SCHEMAS, schemaDocument } from './schemas.ts';
