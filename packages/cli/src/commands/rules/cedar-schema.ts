import { parseRules } from '@wcp/spec';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { type CommandContext, register } from '../register.ts';
import { rulesIn } from './hall-folder.ts';

/** `wcp rules schema`: what Cedar policies of a gate may say, for editors and the Cedar CLI (section 5, step 13). */
export function addCedarSchema(group: Command, context: CommandContext): void {
  const command = register(group, 'schema', {
    summary: 'Print the Cedar schema of a policy gate, with the capabilities that rules name.',
    example: 'wcp rules schema rules.json > policies/wcp.cedarschema',
    exits: '0 printed, 2 a file has errors or the usage is wrong.',
  });
  command
    .argument('[files...]', 'rule files, or folders of Halls; without them, the capabilities of the catalog')
    .action((files: string[], { json }: { json?: boolean }) => printSchema(context, files, json === true));
}

async function printSchema(
  { terminal, exitWith }: CommandContext,
  files: readonly string[],
  json: boolean,
): Promise<void> {
  const { cedarSchema, ruledCapabilities } = await import('@wcp/policy/cedar');
  const reader = new InputReader(terminal);
  const capabilities: string[] = [];
  for (const file of rulesIn(files)) {
    const document = await reader.json(file);
    const rules = document === null ? null : reader.check(document, parseRules);
    if (rules !== null) capabilities.push(...ruledCapabilities(rules));
  }
  reader.throwErrors();
  const schema = cedarSchema(capabilities);
  terminal.write(json ? jsonText({ schema }) : schema);
  exitWith(EXIT.ok);
}
