// Section 4: the world that the documents make, read anew for every decision.
import { type CatalogProfiles, type Config, parseConfig } from './config.ts';
import { isVersion, versionServes } from './ids.ts';
import { hashOf, isObject, own } from './json.ts';
import { enrolledWorkers, type Worker } from './records.ts';
import { listOfRules, parseRules, type Rule } from './rules.ts';

export interface Documents {
  readonly rules?: unknown;
  readonly workers?: unknown;
  readonly config?: unknown;
  readonly catalog_version?: unknown;
}

export interface World {
  readonly rules: readonly Rule[];
  readonly workers: readonly Worker[];
  readonly config: Config;
  readonly catalog_version: string;
}

/** The world, or null where the documents have errors (shadowing and single records apart). */
export function compile(documents: Documents, catalogProfiles: CatalogProfiles): World | null {
  const rules = parseRules(own(documents, 'rules'));
  const config = parseConfig(configOf(documents), catalogProfiles);
  const version = versionOf(documents);
  const records = recordsOf(documents);
  if (rules === null || config === null || !isVersion(version) || !Array.isArray(records)) return null;
  const catalog_version = version as string;
  const served = rules.every(
    ({ catalog_version_min: least }) => least === null || versionServes(catalog_version, least),
  );
  return served ? { rules, workers: enrolledWorkers(records), config, catalog_version } : null;
}

/** The Hall's policy version, whatever else is broken. */
export const policyVersionOf = (documents: Documents, catalogProfiles: CatalogProfiles): string =>
  parseConfig(configOf(documents), catalogProfiles)?.policy_version ?? 'policy.v0';

/** The digest of the documents as given. */
export function worldDigest(documents: Documents): string | null {
  const records = recordsOf(documents);
  if (Array.isArray(records) && !records.every(isObject)) return null;
  return hashOf({
    catalog_version: versionOf(documents),
    config: configOf(documents),
    rules: listOfRules(own(documents, 'rules')) ?? own(documents, 'rules'),
    workers: Array.isArray(records) ? [...records].sort(byWorkerId) : records,
  });
}

const orDefault = (value: unknown, otherwise: unknown): unknown => (value === undefined ? otherwise : value);
const configOf = (documents: Documents): unknown => orDefault(own(documents, 'config'), {});
const recordsOf = (documents: Documents): unknown => orDefault(own(documents, 'workers'), []);
const versionOf = (documents: Documents): unknown => orDefault(own(documents, 'catalog_version'), '1.0.0');

function byWorkerId(a: unknown, b: unknown): number {
  const [one, other] = [sortKey(a), sortKey(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function sortKey(record: unknown): string {
  const id = own(record, 'worker_id');
  return typeof id === 'string' ? id : '';
}
