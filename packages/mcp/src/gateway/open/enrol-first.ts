import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hall } from '@wcp/hall';
import { WcpError } from '@wcp/spec';
import { parseJson } from '@wcp/spec/json';
import type { PinnedTool, ToolCatalog } from '../../catalog/tool-catalog.ts';
import type { ServerSettings } from '../../config/server-schema.ts';
import { GATEWAY_LAYOUT } from '../folder/layout.ts';
import { ruleOf, rulesWith, verdictOf } from '../folder/tool-rules.ts';
import { replaceFile } from '../folder/write-file.ts';
import type { OpenServer } from './open-servers.ts';

/**
 * Enrols the tools of every server of which no tool ever was: on first sight. What appears later waits for a steward.
 *
 * @returns the ids of the tools that were enrolled
 */
export async function enrolFirstSeen(
  catalog: ToolCatalog,
  servers: readonly OpenServer[],
): Promise<readonly string[]> {
  const enrolled: string[] = [];
  for (const { alias } of servers) {
    const states = catalog
      .tools()
      .filter((tool) => tool.alias === alias)
      .map(({ state }) => state);
    if (states.every((state) => state === 'new' || state === 'shadowed'))
      enrolled.push(...(await catalog.enrolFirst(alias)));
  }
  return enrolled;
}

/** The settings of servers, by alias. */
export type SettingsByAlias = ReadonlyMap<string, ServerSettings>;

/** The rules that the settings make for tools. */
export function rulesFor(
  ids: readonly string[],
  tools: readonly PinnedTool[],
  servers: SettingsByAlias,
): readonly object[] {
  return tools
    .filter(({ id }) => ids.includes(id))
    .flatMap((tool) => {
      const settings = servers.get(tool.alias);
      return (settings === undefined ? null : ruleOf(tool, verdictOf(tool, settings))) ?? [];
    });
}

/**
 * Adds rules at the end of those of a folder, where what they are for has none yet. A Hall that runs there reads them.
 *
 * @returns the rules as they are now; null where nothing was added
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` where rules.json is not one that rules could be added to
 */
export async function addRulesTo(dir: string, added: readonly object[]): Promise<object | null> {
  const file = join(dir, GATEWAY_LAYOUT.rules);
  const rules = rulesWith(await readRules(file), added);
  if (rules !== null) await replaceFile(file, `${JSON.stringify(rules, null, 2)}\n`);
  return rules;
}

/** Adds rules and puts them in force at once; see {@link addRulesTo}. */
export async function useRules(dir: string, added: readonly object[], hall: Pick<Hall, 'reload'>): Promise<void> {
  const rules = await addRulesTo(dir, added);
  if (rules === null) return;
  const { isAccepted } = await hall.reload({ rules });
  if (!isAccepted) throw unusable();
}

async function readRules(file: string): Promise<unknown> {
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)));
  } catch (cause) {
    throw unusable(cause);
  }
}

function unusable(cause?: unknown): WcpError {
  return new WcpError(
    'ERR_WCP_MCP_CONFIG',
    'rules.json could not be read or is not valid, so no rule can be added to it. Run `wcp rules check` on it.',
    { cause },
  );
}
