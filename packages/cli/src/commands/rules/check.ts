import type { GateExamination } from '@wcp/hall';
import { analyzeRules, compileWorld, type RuleFinding } from '@wcp/router';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import type { Place } from '../../base/problem.ts';
import type { Terminal } from '../../base/terminal.ts';
import { ANY_CATALOG } from '../../input/any-catalog.ts';
import { InputReader } from '../../input/input-reader.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { addWorldDiagnostics } from '../../input/world-diagnostics.ts';
import { jsonText } from '../../print/json.ts';
import { count } from '../../print/layout.ts';
import { placeText, printProblems } from '../../print/problems.ts';
import { type CommandContext, register } from '../register.ts';
import { readGates, rulesIn } from './hall-folder.ts';
import { openCandidates } from './open-candidates.ts';

/** A dead rule and its place in the file. */
interface DeadRule extends RuleFinding {
  readonly file: string;
  readonly place: Place | null;
}

/** `wcp rules check`: errors and dead rules of rule files (section 4.1). */
export function addCheck(group: Command, context: CommandContext): void {
  const command = register(group, 'check', {
    summary: 'Find errors in rule files, rules that can never match, and candidates open to any authority.',
    details:
      'Of the folder of a Hall, its rules and the policies of its gate are checked. A server of policies is asked only with --online; what was not checked is said.',
    example: 'wcp rules check rules.json',
    exits:
      '0 nothing is wrong but for warnings, 1 a rule is dead, 2 a file has errors or the usage is wrong.',
  });
  command
    .argument('<files...>', 'rule files, or folders of Halls; "-" for standard input')
    .option('--online', 'ask the policy servers that server.json names')
    .action(async (files: string[], { json, online }: CheckOptions) => {
      await checkRules(context, files, { isJson: json === true, online: online === true });
    });
}

interface CheckOptions {
  readonly json?: boolean;
  readonly online?: boolean;
}

async function checkRules(
  { terminal, exitWith }: CommandContext,
  files: readonly string[],
  { isJson, online }: { readonly isJson: boolean; readonly online: boolean },
) {
  const reader = new InputReader(terminal);
  const documents: JsonDocument[] = [];
  const gates = await readGates(reader, files, online ? { online, env: terminal.env } : {});
  for (const file of rulesIn(files)) {
    const document = await reader.json(file);
    if (document === null) continue;
    documents.push(document);
    const world = compileWorld({ rules: document.value, catalogVersion: ANY_CATALOG });
    addWorldDiagnostics(reader, world, { rules: document });
    if (!reader.hasErrors)
      for (const found of openCandidates(document.value)) reader.addDiagnostic(document, found);
  }
  reader.throwErrors();
  const dead = documents.flatMap(deadRules);
  const remarks = reader.problems.filter(({ code }) => code !== 'RULE_DEAD');
  if (isJson) terminal.write(jsonText({ ok: dead.length === 0, dead_rules: dead, remarks, gates }));
  else print(terminal, documents, dead, remarks, gates);
  exitWith(dead.length === 0 ? EXIT.ok : EXIT.found);
}

function deadRules(document: JsonDocument): DeadRule[] {
  const root = Array.isArray(document.value) ? '' : '/rules';
  return analyzeRules(document.value).map((finding) => ({
    ...finding,
    file: document.file,
    place: document.placeOf(`${root}/${finding.position}/rule_id`),
  }));
}

function print(
  terminal: Terminal,
  documents: readonly JsonDocument[],
  dead: readonly DeadRule[],
  remarks: InputReader['problems'],
  gates: readonly GateExamination[],
): void {
  printProblems(terminal, remarks);
  for (const rule of dead) terminal.write(deadText(rule, terminal));
  const rules = documents.reduce((sum, { value }) => sum + numberOfRules(value), 0);
  const verdict = dead.length === 0 ? 'every rule can match' : `${dead.length} can never match`;
  terminal.write(`${count(rules, 'rule')} in ${count(documents.length, 'file')}: ${verdict}.\n`);
  if (dead.length > 0) {
    terminal.write(
      'While a rule is dead, every request in prod and edge is denied. Reorder, narrow or delete it.\n',
    );
  }
  for (const { kind, policy_version, unchecked } of gates) {
    terminal.write(`The ${kind} policies of the gate can be put in force: ${policy_version}.\n`);
    for (const each of unchecked) terminal.write(`Not checked: ${each}\n`);
  }
}

function deadText({ file, place, rule_id, covered_by }: DeadRule, { colours }: Terminal): string {
  const where = placeText({ file, place, path: null });
  const covers = covered_by.join(', ');
  return `${where}${colours.red('RULE_DEAD')}: "${rule_id}" can never match: already covered by ${covers}.\n`;
}

function numberOfRules(value: unknown): number {
  const list = Array.isArray(value) ? value : (value as { rules: readonly unknown[] }).rules;
  return list.length;
}
