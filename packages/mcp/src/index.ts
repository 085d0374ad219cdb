export { shownNames } from './tool/shown-names.ts';
export { type BlastPolicy, blastOf, type ToolBlast, USUAL_FLOOR } from './tool/tool-blast.ts';
export { type ToolDifference, toolDifferences } from './tool/tool-difference.ts';
export { aliasOf, type ToolNamespace, toolIds } from './tool/tool-ids.ts';
export {
  pinnedDefinition,
  type RecordSettings,
  type SeenTool,
  toolHash,
  toolRecord,
} from './tool/tool-record.ts';
