import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import { runDemo } from '../../demo/run-demo.ts';
import { jsonText } from '../../print/json.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

interface DemoOptions {
  readonly out?: string;
  readonly worker?: string;
  readonly json?: boolean;
}

/** `wcp demo`: one governed dispatch from end to end, on a real document. */
export function addDemo(program: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(program, 'demo', {
    summary: SUMMARIES.demo,
    details:
      'It needs a built doc-summarizer: a clone of the repository has one after a build, elsewhere --worker names one.',
    example: 'wcp demo README.md --worker workers/doc-summarizer',
    exits: '0 everything happened as expected, 1 something did not, 2 wrong usage or bad input.',
  });
  command
    .argument('[file]', "the text to summarise (default: the protocol's own text, in its repository)")
    .option('--out <dir>', 'a new folder for the evidence (default: wcp-demo-<time>)')
    .option('--worker <dir>', 'the folder of a built doc-summarizer (default: the one in the repository)')
    .action(async (file: string | undefined, { out, worker, json }: DemoOptions) => {
      const quiet = { ...terminal, write: () => {} };
      const report = await runDemo(json ? quiet : terminal, { file, out, worker });
      if (json) terminal.write(jsonText(report));
      exitWith(report.ok ? EXIT.ok : EXIT.found);
    });
}
