export type { ConformanceCase, Fixtures } from './conformance-case.ts';
export type { ConformanceOptions } from './conformance-options.ts';
export { exitCode } from './exit-code.ts';
export { loadKnownFailures } from './known-failures.ts';
export { type CaseSummary, type CaseView, listCases, showCase } from './list-cases.ts';
export { loadFixtures } from './load-fixtures.ts';
export { OPERATION_NAMES, OPERATIONS, type Operation, type OperationName } from './operations.ts';
export { type Implementation, PROTOCOL } from './read-start.ts';
export { type Badge, renderBadge, renderBadgeSvg } from './render-badge.ts';
export { renderJUnit } from './render-junit.ts';
export { LEVEL_NAMES, renderMarkdown } from './render-markdown.ts';
export { runConformance } from './run-conformance.ts';
export {
  type CaseGroup,
  type CaseGroups,
  CaseGroupsSchema,
  type Expectation,
  type Given,
} from './schema/case-groups.ts';
export { LEVELS, type Level, REVISION } from './schema/common.ts';
export { type KnownFailure, KnownFailuresSchema } from './schema/known-failures.ts';
export {
  type CaseReport,
  type ConformanceReport,
  type Counts,
  type Difference,
  type Problem,
  ReportSchema,
  type Status,
} from './schema/report.ts';
export { type Requirements, RequirementsSchema } from './schema/requirements.ts';
export { SCHEMAS, schemaDocument } from './schemas.ts';
export type { Selection } from './select-cases.ts';
export { type PortHandler, type PortHandlers, type PortOptions, servePort } from './serve-port.ts';
export type { TroubleCode } from './trouble.ts';
