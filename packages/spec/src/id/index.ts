export { authorityOf, checkId, ID_KINDS, type IdCheck, type IdKind } from './id.ts';
export { assignSegments, type ToolSegments } from './tool-segments.ts';
