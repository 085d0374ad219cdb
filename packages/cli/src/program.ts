import { Command } from 'commander';
import { cliVersion } from './base/package-file.ts';
import type { Terminal } from './base/terminal.ts';
import { addAgents } from './commands/agents/agents.ts';
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
import { addValidate } from './commands/documents/validate.ts';
import { addEvidence } from './commands/evidence/evidence.ts';
import { addAuthorities } from './commands/hall/authorities.ts';
import { addBackup } from './commands/hall/backup.ts';
import { addBudgets } from './commands/hall/budgets.ts';
import { addDeadLetters } from './commands/hall/dead-letters.ts';
import { addDoctor } from './commands/hall/doctor.ts';
import { addFreeze } from './commands/hall/freeze.ts';
import { addHealth } from './commands/hall/health.ts';
import { addKeys } from './commands/hall/keys.ts';
import { addRestore } from './commands/hall/restore.ts';
import { addServe } from './commands/hall/serve.ts';
import { addHook } from './commands/hook/hook.ts';
import { addMcp } from './commands/mcp/mcp.ts';
import { addReceipts } from './commands/receipts/receipts.ts';
import type { CommandContext, ExitWith } from './commands/register.ts';
import { addRules } from './commands/rules/rules.ts';
import { addStore } from './commands/store/store.ts';
import { addDemo } from './commands/tour/demo.ts';
import { addPipeline } from './commands/tour/pipeline.ts';
import { addVersion } from './commands/version.ts';
import { addWitness } from './commands/witness/witness.ts';
import { addWorker } from './commands/worker/worker.ts';
import { addWorkers } from './commands/workers/workers.ts';
import { escaped } from './print/layout.ts';

const EPILOGUE = `
Exit codes: 0 allowed or OK, 1 denied or something found, 2 wrong usage or bad input.
Every command has --help with an example, and --json for programs.

New here? Run \`wcp serve my-hall\`.`;

type AddCommand = (program: Command, context: CommandContext) => void;

/** The commands in the groups in which the help lists them. */
const GROUPS: readonly (readonly [heading: string, commands: readonly AddCommand[]])[] = [
  ['Get started:', [addDemo, addPipeline, addServe]],
  ['Govern MCP servers and agents:', [addMcp, addHook, addAgents]],
  ['Decide requests:', [addRoute, addExplain, addDispatch, addReplay]],
  ['Check documents:', [addValidate, addRules, addCatalog]],
  [
    'Approve, enrol and operate:',
    [
      ...[addApprovals, addWorkers, addWorker, addDeadLetters, addFreeze, addBudgets],
      ...[addHealth, addDoctor, addBackup, addRestore, addStore],
    ],
  ],
  ['Manage keys:', [addKeys, addAuthorities, addKeygen]],
  ['Verify evidence and code:', [addReceipts, addEvidence, addWitness, addAttest, addBans]],
  ['Implement the protocol:', [addConformance]],
  ['About this tool:', [addVersion]],
];

/** The command line of `wcp`; `exitWith` receives the exit code of the command that ran. */
export function createProgram(terminal: Terminal, wantsJson: boolean, exitWith: ExitWith): Command {
  const program = new Command('wcp')
    .usage('<command> [options]')
    .description('The Worker Class Protocol: decide whether a worker may do a job, and verify the evidence.')
    .version(cliVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ subcommandTerm: termOf })
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => (wantsJson ? undefined : terminal.warn(text)),
      outputError: (text, write) => write(usageText(text)),
    })
    .showHelpAfterError('Run `wcp --help` to see the commands.')
    .addHelpText('after', EPILOGUE);
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, { terminal, exitWith });
  }
  return program.helpCommand('help [command]', 'Show the help of a command.');
}

const SUGGESTION = /^([\s\S]*?)(\n\(Did you mean [\w ,?-]+\))?\n$/;

/** Commander's message, which repeats what the user typed or pasted: safe to show. */
function usageText(text: string): string {
  const [, message = text, suggestion = ''] = SUGGESTION.exec(text) ?? [];
  return `${escaped(message)}${suggestion}\n`;
}

/** How a command stands in a list: its arguments only where there is room for them. */
function termOf(command: Command): string {
  if (command.parent?.parent == null) return command.name();
  const names = command.registeredArguments.map((each) =>
    each.required ? `<${each.name()}>` : `[${each.name()}]`,
  );
  return [command.name(), ...names].join(' ');
}
