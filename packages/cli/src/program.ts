import { Command } from 'commander';
import { cliVersion } from './base/package-file.ts';
import type { Terminal } from './base/terminal.ts';
import type { CommandContext, ExitWith } from './commands/register.ts';
import { type CommandName, SUMMARIES } from './commands/summaries.ts';
import { escaped } from './print/layout.ts';

const EPILOGUE = `
Exit codes: 0 allowed or OK, 1 denied or something found, 2 wrong usage or bad input.
Every command has --help with an example, and --json for programs.

New here? Run \`wcp serve my-hall\`.`;

type AddCommand = (program: Command, context: CommandContext) => void;

/** How a command is loaded: only the one that runs is, because to load them all takes longer than most of them do. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<AddCommand>>> = {
  demo: async () => (await import('./commands/tour/demo.ts')).addDemo,
  pipeline: async () => (await import('./commands/tour/pipeline.ts')).addPipeline,
  serve: async () => (await import('./commands/hall/serve.ts')).addServe,
  mcp: async () => (await import('./commands/mcp/mcp.ts')).addMcp,
  hook: async () => (await import('./commands/hook/hook.ts')).addHook,
  agents: async () => (await import('./commands/agents/agents.ts')).addAgents,
  route: async () => (await import('./commands/decide/route.ts')).addRoute,
  explain: async () => (await import('./commands/decide/explain.ts')).addExplain,
  dispatch: async () => (await import('./commands/decide/dispatch.ts')).addDispatch,
  replay: async () => (await import('./commands/decide/replay.ts')).addReplay,
  validate: async () => (await import('./commands/documents/validate.ts')).addValidate,
  rules: async () => (await import('./commands/rules/rules.ts')).addRules,
  catalog: async () => (await import('./commands/documents/catalog.ts')).addCatalog,
  approvals: async () => (await import('./commands/approvals/approvals.ts')).addApprovals,
  workers: async () => (await import('./commands/workers/workers.ts')).addWorkers,
  worker: async () => (await import('./commands/worker/worker.ts')).addWorker,
  'dead-letters': async () => (await import('./commands/hall/dead-letters.ts')).addDeadLetters,
  freeze: async () => (await import('./commands/hall/freeze.ts')).addFreeze,
  release: async () => (await import('./commands/hall/freeze.ts')).addRelease,
  freezes: async () => (await import('./commands/hall/freeze.ts')).addFreezes,
  budgets: async () => (await import('./commands/hall/budgets.ts')).addBudgets,
  health: async () => (await import('./commands/hall/health.ts')).addHealth,
  doctor: async () => (await import('./commands/hall/doctor.ts')).addDoctor,
  backup: async () => (await import('./commands/hall/backup.ts')).addBackup,
  restore: async () => (await import('./commands/hall/restore.ts')).addRestore,
  store: async () => (await import('./commands/store/store.ts')).addStore,
  keys: async () => (await import('./commands/hall/keys.ts')).addKeys,
  authorities: async () => (await import('./commands/hall/authorities.ts')).addAuthorities,
  keygen: async () => (await import('./commands/attest/keygen.ts')).addKeygen,
  receipts: async () => (await import('./commands/receipts/receipts.ts')).addReceipts,
  evidence: async () => (await import('./commands/evidence/evidence.ts')).addEvidence,
  exports: async () => (await import('./commands/exports/exports.ts')).addExports,
  witness: async () => (await import('./commands/witness/witness.ts')).addWitness,
  attest: async () => (await import('./commands/attest/attest.ts')).addAttest,
  bans: async () => (await import('./commands/bans/bans.ts')).addBans,
  conformance: async () => (await import('./commands/conformance/conformance.ts')).addConformance,
  version: async () => (await import('./commands/version.ts')).addVersion,
};

/** The commands in the groups in which the help lists them. */
const GROUPS: readonly (readonly [heading: string, names: readonly CommandName[]])[] = [
  ['Get started:', ['demo', 'pipeline', 'serve']],
  ['Govern MCP servers and agents:', ['mcp', 'hook', 'agents']],
  ['Decide requests:', ['route', 'explain', 'dispatch', 'replay']],
  ['Check documents:', ['validate', 'rules', 'catalog']],
  [
    'Approve, enrol and operate:',
    [
      ...(['approvals', 'workers', 'worker', 'dead-letters', 'freeze', 'release', 'freezes'] as const),
      ...(['budgets', 'health', 'doctor', 'backup', 'restore', 'store'] as const),
    ],
  ],
  ['Manage keys:', ['keys', 'authorities', 'keygen']],
  ['Verify evidence and code:', ['receipts', 'evidence', 'exports', 'witness', 'attest', 'bans']],
  ['Implement the protocol:', ['conformance']],
  ['About this tool:', ['version']],
];

/**
 * The command line of `wcp`; `exitWith` receives the exit code of the command that ran. Of a command that is not
 * wanted it knows the name and the summary.
 */
export async function createProgram(
  terminal: Terminal,
  wantsJson: boolean,
  exitWith: ExitWith,
  isWanted: (name: string) => boolean,
): Promise<Command> {
  const program = emptyProgram(terminal, wantsJson);
  for (const [heading, names] of GROUPS) {
    program.commandsGroup(heading);
    for (const name of names) {
      if (isWanted(name)) (await COMMANDS[name]())(program, { terminal, exitWith });
      else program.command(name).summary(SUMMARIES[name]);
    }
  }
  return program.helpCommand('help [command]', 'Show the help of a command.');
}

function emptyProgram(terminal: Terminal, wantsJson: boolean): Command {
  return new Command('wcp')
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
