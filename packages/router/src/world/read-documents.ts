import {
  type Diagnostic,
  type Finding,
  type HallConfig,
  parseHallConfig,
  parseRecord,
  parseRules,
  type RegistryRecord,
  type Rule,
} from '@wcp/spec';
import {
  catalogSatisfies,
  DEFAULT_CATALOG_VERSION,
  isCatalogVersion,
  JsonDocument,
} from '@wcp/spec/document';
import { errorAt, errorsUnder, under } from './diagnostics.ts';
import { isProfile } from './settings.ts';

/** What a world is compiled from (section 4). Absent documents are empty. */
export interface WorldDocuments {
  readonly rules?: unknown;
  readonly workers?: unknown;
  readonly config?: unknown;
  readonly catalogVersion?: unknown;
}

/** One document, read once: plain JSON, or what keeps it from being JSON. */
export interface Source {
  readonly document: JsonDocument | null;
  readonly json: unknown;
  /** Its canonical text; null where it has none. */
  readonly text: string | null;
  readonly findings: readonly Finding[];
}

/** The documents with the defaults of section 13; workers one by one, for an error leaves one out. */
export interface Sources {
  readonly rules: Source;
  readonly workers: readonly Source[] | null;
  readonly config: Source;
  readonly catalogVersion: Source;
  /** The document `workers` where it is not a list. */
  readonly notAList: Source | null;
}

/** Reads each document once, safely. */
export function readDocuments(documents: WorldDocuments): Sources {
  const workers = ownMember(documents, 'workers', []);
  const isList = Array.isArray(workers);
  return {
    rules: readSource(ownMember(documents, 'rules', [])),
    workers: isList ? Array.from({ length: workers.length }, (_, index) => readSource(workers[index])) : null,
    config: readSource(ownMember(documents, 'config', {})),
    catalogVersion: readSource(ownMember(documents, 'catalogVersion', DEFAULT_CATALOG_VERSION)),
    notAList: isList ? null : readSource(workers),
  };
}

function ownMember(documents: WorldDocuments, name: keyof WorldDocuments, absent: unknown): unknown {
  const value = Object.hasOwn(documents, name) ? documents[name] : undefined;
  return value === undefined ? absent : value;
}

function readSource(value: unknown): Source {
  const read = JsonDocument.read(value);
  if (!read.ok) return { document: null, json: undefined, text: null, findings: read.findings };
  const { document } = read;
  return { document, json: document.json, text: document.text, findings: [] };
}

/** A document's value, or null where it has errors, and the compiler's diagnostics. */
export interface Reading<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** The configuration of a Hall (section 4.3). */
export function readConfig({ document, findings }: Source): Reading<HallConfig> {
  const parsed = document === null ? { ok: false as const, findings } : parseHallConfig(document);
  if (!parsed.ok) return { value: null, diagnostics: errorsUnder('/config', parsed.findings) };
  const { profile } = parsed.value;
  if (profile == null || isProfile(profile))
    return { value: parsed.value, diagnostics: under('/config', parsed.diagnostics) };
  return {
    value: null,
    diagnostics: [errorAt('/config/profile', 'UNKNOWN_PROFILE', `The catalog has no profile "${profile}".`)],
  };
}

/** The version of the catalog that the Hall runs (section 13, "Documents"). */
export function readCatalogVersion({ json }: Source): Reading<string> {
  if (isCatalogVersion(json)) return { value: json, diagnostics: [] };
  const message = 'Expected a catalog version such as 1.0.0 or wcp-catalog@1.0.0.';
  return { value: null, diagnostics: [errorAt('/catalog_version', 'INVALID_VALUE', message)] };
}

/** The rules (section 4.1); one that needs a newer catalog is an error. */
export function readRules(
  { document, json, findings }: Source,
  catalogVersion: string | null,
): Reading<readonly Rule[]> {
  const parsed = document === null ? { ok: false as const, findings } : parseRules(document);
  const root = isObject(json) && Object.hasOwn(json, 'rules') ? '' : '/rules';
  if (!parsed.ok) return { value: null, diagnostics: errorsUnder(root, parsed.findings) };
  const tooNew = catalogVersion === null ? [] : rulesForANewerCatalog(parsed.value, catalogVersion);
  return {
    value: tooNew.length > 0 ? null : parsed.value,
    diagnostics: [...under(root, parsed.diagnostics), ...tooNew],
  };
}

function rulesForANewerCatalog(rules: readonly Rule[], catalogVersion: string): Diagnostic[] {
  return rules.flatMap(({ decision: { catalog_version_min: needed } }, index) => {
    if (needed === undefined || catalogSatisfies(catalogVersion, needed)) return [];
    const message = `This rule needs catalog ${needed}; the Hall has ${catalogVersion}.`;
    return [errorAt(`/rules/${index}/decision/catalog_version_min`, 'CATALOG_TOO_OLD', message)];
  });
}

/** A record that verifies, and its place in the list of workers. */
export type EnrolledRecord = readonly [index: number, record: RegistryRecord];

/** Each record by itself (section 4.2); of two that share a worker_id, the later one counts (section 13). */
export function readWorkers(workers: readonly Source[] | null): Reading<readonly EnrolledRecord[]> {
  if (workers === null) {
    const message = 'Expected a list of registry records.';
    return { value: null, diagnostics: [errorAt('/workers', 'INVALID_VALUE', message)] };
  }
  const enrolled = new Map<string, EnrolledRecord>();
  const diagnostics: Diagnostic[] = [];
  for (const [index, { document, findings }] of workers.entries()) {
    const parsed = document === null ? { ok: false as const, findings } : parseRecord(document);
    if (!parsed.ok) diagnostics.push(...errorsUnder(`/workers/${index}`, parsed.findings));
    else {
      diagnostics.push(...under(`/workers/${index}`, parsed.diagnostics));
      const { worker_id } = parsed.value;
      if (enrolled.has(worker_id)) diagnostics.push(replaced(worker_id, index));
      enrolled.set(worker_id, [index, parsed.value]);
    }
  }
  return { value: [...enrolled.values()], diagnostics };
}

function replaced(workerId: string, index: number): Diagnostic {
  const message = `This record replaces an earlier one of "${workerId}".`;
  return { level: 'info', code: 'WORKER_REPLACED', path: `/workers/${index}`, message };
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
