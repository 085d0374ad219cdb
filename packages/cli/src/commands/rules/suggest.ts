import { parseRules, type Rules } from '@wcp/spec';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { refuseExisting, writeWhole } from '../../base/write-file.ts';
import { InputReader } from '../../input/input-reader.ts';
import { jsonText } from '../../print/json.ts';
import { formattedRules } from '../../rules/format-rules.ts';
import { type Suggestion, suggestRules } from '../../rules/suggest-rules.ts';
import { registerHall } from '../hall-options.ts';
import { addRecordOptions, type RecordOptions, readWindow, sourceOf } from '../record-options.ts';
import type { CommandContext } from '../register.ts';
import { suggestionText } from './suggest-text.ts';

interface Options extends RecordOptions {
  readonly rules?: string;
  readonly write?: string;
}

/** `wcp rules suggest`: the least rules that allow what recorded decisions allowed. They are never put in force. */
export function addSuggest(group: Command, context: CommandContext): void {
  const command = registerHall(group, 'suggest', {
    summary:
      'Write the least rules that allow what recorded decisions allowed, and show what they would change.',
    details:
      'What was held stays held. Nothing is put in force: the rules go to the file that --write names, which must not exist yet.',
    example: 'wcp rules suggest --bundle evidence/ --write suggested.json',
    exits:
      '0 no recorded decision would change and nothing more is allowed, 1 something would, or not every decision could be used, 2 wrong usage or bad input.',
  });
  addRecordOptions(command)
    .option(
      '--rules <file>',
      'the rules to compare with (default: those in force; offline, of the newest decision)',
    )
    .option('--write <file>', 'write the rules to a new file')
    .action((options: Options) => suggest(context, options));
}

async function suggest({ terminal, exitWith }: CommandContext, options: Options): Promise<void> {
  const window = readWindow(options);
  const { write } = options;
  if (write !== undefined) await refuseExisting([write], KEPT);
  const inForce = options.rules === undefined ? undefined : await loadRules(terminal, options.rules);
  const suggestion = await suggestRules(sourceOf(terminal, options), { ...window, inForce });
  const document = { rules: suggestion.rules.map(({ rule }) => rule) };
  if (write !== undefined) await writeWhole(write, formattedRules(document));
  const ok = isHarmless(suggestion);
  if (options.json) terminal.write(jsonText({ ok, written: write ?? null, document, ...suggestion }));
  else terminal.write(suggestionText(suggestion, write ?? null, terminal.colours));
  exitWith(ok ? EXIT.ok : EXIT.found);
}

const KEPT = 'Rules are never replaced by suggested ones. Name another file, and compare the two.';

async function loadRules(terminal: Terminal, file: string): Promise<Rules> {
  const reader = new InputReader(terminal);
  const document = await reader.json(file);
  const rules = document === null ? null : reader.check(document, parseRules);
  reader.throwErrors();
  return rules ?? [];
}

/** That less is allowed than before is what the rules are for; anything else a person should look at. */
function isHarmless({ rules, unused, traffic, changes }: Suggestion): boolean {
  const isLooser = (changes ?? []).some(({ kind }) => kind === 'newly_allowed' || kind === 'no_longer_held');
  return rules.length > 0 && Object.keys(unused).length === 0 && traffic.flips === 0 && !isLooser;
}
