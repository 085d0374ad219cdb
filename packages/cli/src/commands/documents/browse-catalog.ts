import { isCancel, log, outro, select } from '@clack/prompts';
import { catalog, type EntityType } from '@wcp/spec/catalog';
import type { Terminal } from '../../base/terminal.ts';
import { ENTITY_TYPES, entityText } from './entity-text.ts';

const BACK = '';

/** Lets a person choose a type, then an entity, read its details, and go back. */
export async function browseCatalog(terminal: Terminal): Promise<void> {
  for (let type = await chooseType(); type !== null; type = await chooseType()) {
    for (let id = await chooseEntity(type); id !== null; id = await chooseEntity(type)) {
      const entity = catalog.entities.find((each) => each.id === id);
      if (entity !== undefined) log.message(entityText(entity, terminal.colours).trimEnd());
    }
  }
  outro('`wcp catalog show ID` shows an entity again.');
}

async function chooseType(): Promise<EntityType | null> {
  const options = ENTITY_TYPES.map(({ type, title }) => ({ value: type, label: title, hint: countOf(type) }));
  const chosen = await select<EntityType | typeof BACK>({
    message: `Catalog ${catalog.catalog_version}: what do you want to see?`,
    options: [...options, { value: BACK, label: 'Leave' }],
  });
  return isCancel(chosen) || chosen === BACK ? null : chosen;
}

function countOf(type: EntityType): string {
  return String(catalog.entities.filter((entity) => entity.type === type).length);
}

async function chooseEntity(type: EntityType): Promise<string | null> {
  const entities = catalog.entities.filter((entity) => entity.type === type);
  const options = entities.map(({ id, name }) => ({ value: id, label: id, hint: name }));
  const chosen = await select<string>({
    message: 'Which one?',
    options: [{ value: BACK, label: 'Back' }, ...options],
    maxItems: 14,
  });
  return isCancel(chosen) || chosen === BACK ? null : chosen;
}
