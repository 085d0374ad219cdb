// Generated cases of the naive model, in the form that the package takes.
import { catalog } from '@wcp/spec/catalog';
import type { WorldDocuments } from '../src/index.ts';
import { generateCase } from './naive/generate.ts';
import type { CatalogProfiles } from './naive/model.ts';

const profiles: CatalogProfiles = Object.fromEntries(
  catalog.entities
    .filter(({ type }) => type === 'profile')
    .map(({ id, controls_required }) => [id, [...(controls_required ?? [])]]),
);

export interface Generated {
  readonly documents: WorldDocuments;
  readonly facts: unknown;
  readonly input: unknown;
}

/** The case of a seed. */
export function generated(seed: number): Generated {
  const { documents, facts, input } = generateCase(seed, profiles);
  const { catalog_version: catalogVersion, ...rest } = documents;
  return { documents: { ...rest, catalogVersion }, facts, input };
}
