import type { IdKind } from '../id/id.ts';
import { checkId } from '../id/id.ts';
import data from './entities.json' with { type: 'json' };

/** The kinds of thing that the catalog publishes. */
export type EntityType = Extract<
  IdKind,
  'capability' | 'worker_species' | 'control' | 'policy' | 'profile' | 'event'
>;

/** One published entity. An id never changes its meaning and is never removed (section 2). */
export interface CatalogEntity {
  readonly id: string;
  readonly type: EntityType;
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly origin: 'catalog' | 'protocol-text';
  readonly since: string;
  readonly status: 'active' | 'deprecated';
  readonly risk_tier?: string;
  readonly controls_required?: readonly string[];
  readonly serves_capabilities?: readonly string[];
  readonly [member: string]: unknown;
}

/** The catalog: its version and every entity, in the order of publication. */
export interface Catalog {
  readonly catalog_version: string;
  readonly entities: readonly CatalogEntity[];
}

/** The published catalog, version 1.1.0 (section 2, R14). */
export const catalog: Catalog = deepFreeze(data as unknown as Catalog);

const BY_ID = new Map(catalog.entities.map((entity) => [entity.id, entity]));

/**
 * The entity of an id, in either spelling of R2, or null.
 *
 * @example
 * import { findEntity } from '@wcp/spec/catalog';
 *
 * findEntity('ctrl.obs.audit_log_append_only')?.name; // 'Append-Only Audit Log'
 */
export function findEntity(id: string): CatalogEntity | null {
  return BY_ID.get(id) ?? BY_ID.get(checkId(id).canonical ?? '') ?? null;
}

/**
 * Entities in which every word of the query occurs, best first: a hit in the id counts more than one
 * in the name, in the tags, in the description; equals keep the catalog's order.
 *
 * @example
 * import { searchCatalog } from '@wcp/spec/catalog';
 *
 * searchCatalog('summarize document')[0]?.id; // 'cap.doc.summarize'
 */
export function searchCatalog(query: string): CatalogEntity[] {
  const words = query
    .toLowerCase()
    .split(/[^a-z0-9-]+/)
    .filter(Boolean);
  if (words.length === 0) return [];
  return catalog.entities
    .map((entity) => ({ entity, score: scoreOf(entity, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ entity }) => entity);
}

function scoreOf(entity: CatalogEntity, words: readonly string[]): number {
  const scores = words.map((word) => wordScore(entity, word));
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

function wordScore(entity: CatalogEntity, word: string): number {
  if (entity.id.split('.').includes(word)) return 8;
  if (entity.id.includes(word)) return 5;
  if (entity.name.toLowerCase().includes(word)) return 4;
  if (entity.tags.some((tag) => tag.includes(word))) return 3;
  return entity.description.toLowerCase().includes(word.slice(0, 5)) ? 1 : 0;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
