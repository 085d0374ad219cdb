import { existsSync } from 'node:fs';
import { compileWorld } from '@wcp/router';
import { parseRules, type Rules } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import { fileProblem } from '../../base/problem.ts';
import type { Terminal } from '../../base/terminal.ts';
import { InputReader } from '../../input/input-reader.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { catalogVersionOf } from '../../input/load-case.ts';
import { loadWorkers } from '../../input/load-workers.ts';
import { addWorldDiagnostics } from '../../input/world-diagnostics.ts';
import { jsonText } from '../../print/json.ts';
import { printProblems } from '../../print/problems.ts';
import { parseCases } from '../../rules/rule-cases.ts';
import { coverageOf, runCases } from '../../rules/run-cases.ts';
import { type CommandContext, register } from '../register.ts';
import { casesText, coverageText } from './test-text.ts';

interface Options {
  readonly cases?: string;
  readonly workers?: readonly string[];
  readonly config?: string;
  readonly catalogVersion?: string;
  readonly coverage?: boolean;
  readonly json?: boolean;
}

/** `wcp rules test`: decides the cases beside the rules, and compares them with what they expect. */
export function addTest(group: Command, context: CommandContext): void {
  const command = register(group, 'test', {
    summary: 'Decide the cases beside a rule file, and show each that does not come out as expected.',
    details:
      'The cases of rules.json are in rules.test.json. Time and id of each decision are fixed, so that a case always comes out alike.',
    example: 'wcp rules test rules.json --workers workers/ --config hall.json --coverage',
    exits: '0 every case passes, 1 some fail, 2 wrong usage or bad input; then no case has run.',
  });
  command
    .argument('<rules>', 'the rule file')
    .option('--cases <file>', 'the cases, if they are elsewhere')
    .option('--workers <files...>', 'registry records, or folders of them (put this option after the rules)')
    .option('--config <file>', 'the configuration of the Hall')
    .option('--catalog-version <version>', 'the catalog version of the Hall (default: 1.0.0)')
    .option('--coverage', 'also show which of the 144 cells and which rules no case covers')
    .action((rules: string, options: Options) => testRules(context, rules, options));
}

async function testRules({ terminal, exitWith }: CommandContext, file: string, options: Options) {
  const { world, rules, cases, document, remarks } = await load(terminal, file, options);
  const results = runCases(world, cases);
  const coverage = coverageOf(rules, results);
  const ok = results.every(({ passed }) => passed);
  const failed = results.filter(({ passed }) => !passed).length;
  if (options.json) {
    const shown = options.coverage ? { coverage } : {};
    terminal.write(
      jsonText({ ok, passed: results.length - failed, failed, cases: results, ...shown, remarks }),
    );
  } else {
    printProblems(terminal, remarks);
    terminal.write(casesText(results, coverage, document, terminal.colours));
    if (options.coverage) terminal.write(coverageText(coverage, terminal.colours));
  }
  exitWith(ok ? EXIT.ok : EXIT.found);
}

async function load(terminal: Terminal, file: string, options: Options) {
  const reader = new InputReader(terminal);
  const rules = await reader.json(file);
  const config = options.config === undefined ? null : await reader.json(options.config);
  const workers = await loadWorkers(reader, options.workers ?? []);
  const document = await readCases(reader, file, options.cases);
  const world = compileWorld({
    ...(rules !== null && { rules: rules.value }),
    ...(config !== null && { config: config.value }),
    workers: workers.map(({ value }) => value),
    catalogVersion: catalogVersionOf(options),
  });
  addWorldDiagnostics(reader, world, { rules, config, workers });
  const cases = document === null ? null : reader.check(document, parseCases);
  reader.throwErrors();
  const parsed = parseRules(rules?.value);
  return {
    world,
    rules: parsed.ok ? parsed.value : ([] as Rules),
    cases: cases ?? [],
    document: document as JsonDocument,
    remarks: reader.problems,
  };
}

/** Whoever has no cases yet learns where to write them. */
function readCases(
  reader: InputReader,
  rules: string,
  named: string | undefined,
): Promise<JsonDocument | null> {
  const file = named ?? casesBeside(rules);
  if (named !== undefined || existsSync(file)) return reader.json(file);
  const message = 'There are no cases yet. Write them to this file, or name another one with --cases.';
  reader.add(fileProblem(file, 'ABSENT', message));
  return Promise.resolve(null);
}

/** `rules.test.json` for `rules.json`. */
function casesBeside(file: string): string {
  if (file.endsWith('.json')) return `${file.slice(0, -'.json'.length)}.test.json`;
  throw usageError(
    'Name the cases with --cases: only those of a file that ends in .json are found beside it.',
  );
}
