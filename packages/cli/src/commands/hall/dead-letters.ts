import type { DeadLetter, ReplayedDeadLetter } from '@wcp/spec/hall';
import { type Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../../base/exit-code.ts';
import type { Colours } from '../../base/terminal.ts';
import type { JsonDocument } from '../../input/json-document.ts';
import { decisionText } from '../../print/decision.ts';
import { jsonText } from '../../print/json.ts';
import { rows } from '../../print/layout.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import { type CommandContext, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

const ID = '0195f3a0-7c1e-7000-8000-000000000001';

/** `wcp dead-letters`: dispatches that their workers did not complete (section 9.2). */
export function addDeadLetters(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'dead-letters', SUMMARIES['dead-letters']);
  addList(group, context);
  addReplay(group, context);
  addPurge(group, context);
}

function addList(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'list', {
    summary: 'List failed dispatches with the reason, oldest first.',
    example: 'wcp dead-letters list --state dead',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command)
    .addOption(new Option('--state <state>', 'only those in this state').choices(['dead', 'replayed']))
    .action(async (options: HallOptions & ListOptions & { state?: DeadLetter['state'] }) => {
      const { state } = options;
      const page = await fetchList(hallOf(terminal, options), 'listDeadLetters', { state }, options);
      if (options.json) terminal.write(jsonText(page));
      else terminal.write(deadLetterListText(page.items, terminal.colours.bold) + moreText(page));
    });
}

function addReplay(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = registerHall(group, 'replay', {
    summary: 'Decide and dispatch the request again, once.',
    details: 'Check first whether the failed attempt had an effect: the Hall cannot know.',
    example: `wcp dead-letters replay ${ID}`,
    exits:
      '0 dispatched and done, 1 denied, held or failed again, already replayed, or not found, 2 wrong usage, or the Hall refused.',
  });
  command.argument('<id>', 'the id of the decision').action(async (id: string, options: HallOptions) => {
    const replayed = await hallOf(terminal, options).replayDeadLetter({ decision_id: id });
    terminal.write(options.json ? jsonText(replayed) : replayedText(replayed, terminal.colours));
    exitWith(exitOf(replayed));
  });
}

function addPurge(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'purge', {
    summary: 'Delete a dead letter; the receipts of its dispatch stay.',
    example: `wcp dead-letters purge ${ID}`,
    exits: '0 deleted, 1 not found, 2 wrong usage, or the Hall refused.',
  });
  command.argument('<id>', 'the id of the decision').action(async (id: string, options: HallOptions) => {
    const purged = await hallOf(terminal, options).purgeDeadLetter({ decision_id: id });
    terminal.write(options.json ? jsonText(purged) : `${purged.decision_id} was deleted.\n`);
  });
}

function exitOf({ outcome_receipt }: ReplayedDeadLetter): ExitCode {
  return outcome_receipt?.outcome?.status === 'ok' ? EXIT.ok : EXIT.found;
}

/** Dead letters, one per line. */
function deadLetterListText(letters: readonly DeadLetter[], bold: (text: string) => string): string {
  if (letters.length === 0) return 'There are no dead letters.\n';
  const lines = letters.map(
    ({ at, state, code, capability_id, worker_id, tenant_id, decision_id, replay }) => [
      at,
      state,
      code,
      capability_id,
      worker_id,
      tenant_id,
      replay === null ? decision_id : `${decision_id} -> ${replay.decision_id}`,
    ],
  );
  return tableText(['at', 'state', 'code', 'capability', 'worker', 'tenant', 'decision'], lines, bold);
}

/** The decision about a replayed request, and its outcome. */
function replayedText({ decision, outcome_receipt }: ReplayedDeadLetter, colours: Colours): string {
  const outcome = outcome_receipt?.outcome ?? null;
  const ended = outcome === null ? '' : rows([['outcome', colours.bold(outcome.status)]], 2, colours.dim);
  return `${decisionText(decision, NO_FILE, colours)}${ended}`;
}

/** The request is at the Hall, so its parts have no place in a file here. */
const NO_FILE: JsonDocument = { file: 'the request', value: null, problems: [], placeOf: () => null };
