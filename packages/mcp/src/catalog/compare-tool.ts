import type { DefinitionList, SeenDefinition } from '../delivery/tool-definitions.ts';
import { type ToolDifference, toolDifferences } from '../tool/tool-difference.ts';
import type { Pin } from './pinned-record.ts';
import type { PinnedTool } from './tool-catalog.ts';

/** How a tool that is enrolled compares with what its server says. */
export interface Comparison {
  readonly state: Exclude<PinnedTool['state'], 'new'>;
  readonly differences: readonly ToolDifference[];
}

/** Compares an enrolled tool with a list of its server. */
export function comparePin(pin: Pin, list: DefinitionList): Comparison {
  const seen = list.byName.get(pin.name);
  if (seen === undefined) return { state: 'gone', differences: [] };
  if (seen.isTwice) return { state: 'shadowed', differences: [] };
  const differences = seen.hash === pin.code_hash ? [] : differencesOf(pin, seen, list);
  return { state: seen.hash === pin.code_hash && !pin.is_out ? 'enrolled' : 'changed', differences };
}

/** Of the definition, its server and where that came from: all that the hash is over. */
function differencesOf(
  { seen: before }: Pin,
  { definition }: SeenDefinition,
  list: DefinitionList,
): ToolDifference[] {
  return toolDifferences(before, { definition, server: list.server, source: list.source });
}
