import { Command } from 'commander';
import { cliVersion } from './base/package-file.ts';
import type { Terminal } from './base/terminal.ts';
import { addApprovals } from './commands/approvals/approvals.ts';
import { addAttest } from './commands/attest/attest.ts';
import { addKeygen } from './commands/attest/keygen.ts';
import { addBans } from './commands/bans/bans.ts';
import { addConformance } from './commands/conformance/conformance.ts';
import { addDispatch } from './commands/decide/dispatch.ts';
import { addExplain } from './commands/decide/explain.ts';
import { addReplay } from './commands/decide/replay.ts';
import { addRoute } from './commands/decide/route.ts';
import { addCatalog } from './commands/documents/catalog.ts';
import { addRules } from './commands/documents/rules.ts';
import { addValidate } from './commands/documents/validate.ts';
import { addAuthorities } from './commands/hall/authorities.ts';
import { addDeadLetters } from './commands/hall/dead-letters.ts';
import { addFreeze } from './commands/hall/freeze.ts';
import { addHealth } from './commands/hall/health.ts';
import { addKeys } from './commands/hall/keys.ts';
import { addServe } from './commands/hall/serve.ts';
import { addReceipts } from './commands/receipts/receipts.ts';
import type { CommandContext, ExitWith } from './commands/register.ts';
import { addDemo } from './commands/tour/demo.ts';
import { addPipeline } from './commands/tour/pipeline.ts';
import { addVersion } from './commands/version.ts';
import { addWorkers } from './commands/workers/workers.ts';

const EPILOGUE = `
Exit codes: 0 allowed or fine, 1 denied or something found, 2 wrong usage or bad input.
Every command has --help with an example, and --json for programs.

Start with: wcp demo, and then wcp serve my-hall`;

/** The command line of `wcp`; `settle` is told what a command ended with. */
export function createProgram(terminal: Terminal, wantsJson: boolean, exitWith: ExitWith): Command {
  const program = new Command('wcp')
    .description('Decide whether a worker may do a job, and check the evidence that was left.')
    .version(cliVersion(), '-V, --version')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => (wantsJson ? undefined : terminal.warn(text)),
    })
    .showHelpAfterError('Run `wcp --help` to see the commands.')
    .addHelpText('after', EPILOGUE);
  const context: CommandContext = { terminal, exitWith };
  for (const add of COMMANDS) add(program, context);
  return program;
}

const COMMANDS = [
  addRoute,
  addExplain,
  addRules,
  addValidate,
  addCatalog,
  addKeygen,
  addServe,
  addDispatch,
  addApprovals,
  addDeadLetters,
  addWorkers,
  addReceipts,
  addReplay,
  addPipeline,
  addKeys,
  addAuthorities,
  addFreeze,
  addHealth,
  addAttest,
  addBans,
  addConformance,
  addDemo,
  addVersion,
];
