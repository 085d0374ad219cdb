import { canonicalJson, type Sha256, sha256 } from '@wcp/spec';
import { compareText } from '@wcp/spec/json';
import { isObject, type Source, type Sources } from './read-documents.ts';

/**
 * The digest of a world (section 13): SHA-256 over the documents as given, workers in the order of their
 * ids; null where a document has no canonical JSON or a worker is not an object.
 */
export function worldDigest({ rules, workers, config, catalogVersion, notAList }: Sources): Sha256 | null {
  const texts = [catalogVersion.text, config.text, rulesText(rules), workersText(workers, notAList)];
  if (texts.includes(null)) return null;
  const [version, settings, list, records] = texts;
  return sha256(`{"catalog_version":${version},"config":${settings},"rules":${list},"workers":${records}}`);
}

function rulesText({ json, text }: Source): string | null {
  return isObject(json) && Object.hasOwn(json, 'rules') && Array.isArray(json['rules'])
    ? canonicalJson(json['rules'])
    : text;
}

function workersText(workers: readonly Source[] | null, notAList: Source | null): string | null {
  if (workers === null) return notAList?.text ?? null;
  if (!workers.every(({ json }) => isObject(json))) return null;
  const sorted = [...workers].sort((a, b) => compareText(idOf(a), idOf(b)));
  return `[${sorted.map(({ text }) => text).join(',')}]`;
}

function idOf({ json }: Source): string {
  const record = json as Record<string, unknown>;
  const id = Object.hasOwn(record, 'worker_id') ? record['worker_id'] : '';
  return typeof id === 'string' ? id : '';
}
