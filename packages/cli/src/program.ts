import { Command } from 'commander';
import { addApprovals } from './commands/approvals.ts';
import { addAttest } from './commands/attest.ts';
import { addAuthorities } from './commands/authorities.ts';
import { addBans } from './commands/bans.ts';
import { addCatalog } from './commands/catalog.ts';
import { addConformance } from './commands/conformance.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDemo } from './commands/demo.ts';
import { addDispatch } from './commands/dispatch.ts';
import { addExplain } from './commands/explain.ts';
import { addFreeze } from './commands/freeze.ts';
import { addHealth } from './commands/health.ts';
import { addKeygen } from './commands/keygen.ts';
import { addKeys } from './commands/keys.ts';
import { addPipeline } from './commands/pipeline.ts';
import { addReceipts } from './commands/receipts.ts';
import { addReplay } from './commands/replay.ts';
import { addRoute } from './commands/route.ts';
import { addRules } from './commands/rules.ts';
import { addServe } from './commands/serve.ts';
import { addValidate } from './commands/validate.ts';
import { addVersion } from './commands/version.ts';
import { addWorkers } from './commands/workers.ts';
import { cliVersion } from './package-file.ts';
import type { CommandContext, Settle } from './register.ts';
import type { Terminal } from './terminal.ts';

const EPILOGUE = `
Exit codes: 0 allowed or fine, 1 denied or something found, 2 wrong usage or bad input.
Every command has --help with an example, and --json for programs.

Start with: wcp demo, and then wcp serve my-hall`;

/** The command line of `wcp`; `settle` is told what a command ended with. */
export function createProgram(terminal: Terminal, wantsJson: boolean, settle: Settle): Command {
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
  const context: CommandContext = { terminal, settle };
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
