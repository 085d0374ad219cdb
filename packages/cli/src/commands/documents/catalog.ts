import { type CatalogEntity, catalog, findEntity, searchCatalog } from '@wcp/spec/catalog';
import type { Command } from 'commander';
import { closest, distance } from 'fastest-levenshtein';
import { EXIT } from '../../base/exit-code.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type CommandContext, register, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { entityText, listText, treeText } from './entity-text.ts';

interface Options {
  readonly json?: boolean;
}

/** `wcp catalog`: the entities that the protocol publishes (section 2). */
export function addCatalog(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'catalog', SUMMARIES.catalog);
  addSearch(group, context);
  addShow(group, context);
  addBrowse(group, context);
}

function addSearch(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'search', {
    summary: 'Find entities that contain every word, best match first.',
    example: 'wcp catalog search summarize document',
    exits: '0 something found, 1 nothing found, 2 wrong usage.',
  });
  command.argument('<words...>', 'words to look for').action((words: string[], { json }: Options) => {
    const found = searchCatalog(words.join(' '));
    if (json) terminal.write(jsonText(found));
    else if (found.length > 0) terminal.write(listText(found, terminal.colours));
    else
      terminal.warn(
        'Nothing in the catalog contains all of these words. Try fewer, or `wcp catalog browse`.\n',
      );
    exitWith(found.length > 0 ? EXIT.ok : EXIT.found);
  });
}

function addShow(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'show', {
    summary: 'Show one entity.',
    example: 'wcp catalog show cap.doc.summarize',
    exits: '0 shown, 1 not in the catalog, 2 wrong usage.',
  });
  command.argument('<id>', 'the id of the entity').action((id: string, { json }: Options) => {
    const entity = findEntity(id);
    if (json) terminal.write(jsonText(entity));
    else if (entity !== null) terminal.write(entityText(entity, terminal.colours));
    else terminal.warn(unknownText(id));
    exitWith(entity === null ? EXIT.found : EXIT.ok);
  });
}

function unknownText(id: string): string {
  const similar = similarId(id);
  const hint =
    similar === null ? 'Try `wcp catalog search` with a word from it.' : `Did you mean ${similar}?`;
  return `There is no "${escaped(id)}" in the catalog. ${hint}\n`;
}

const MAX_ID_LENGTH = 64;

/** The id that is most like a misspelt one, if it is close enough to be meant. */
function similarId(id: string): string | null {
  const word = id.slice(0, MAX_ID_LENGTH);
  const best = closest(
    word,
    catalog.entities.map((entity: CatalogEntity) => entity.id),
  );
  return distance(word, best) <= Math.max(2, Math.floor(word.length / 4)) ? best : null;
}

function addBrowse(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'browse', {
    summary: 'Browse the catalog; without a terminal, print it as a tree.',
    example: 'wcp catalog browse',
    exits: '0 shown, 2 wrong usage.',
  });
  command.action(async ({ json }: Options) => {
    if (json) terminal.write(jsonText(catalog));
    else if (!terminal.isInteractive) terminal.write(treeText(catalog.entities, terminal.colours));
    else await (await import('./browse-catalog.ts')).browseCatalog(terminal);
  });
}
