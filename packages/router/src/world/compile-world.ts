import {
  canonicalJson,
  type Diagnostic,
  type Finding,
  type HallConfig,
  parseHallConfig,
  parseRecord,
  parseRules,
  type RegistryRecord,
  type Rule,
  type Sha256,
  sha256,
} from '@wcp/spec';
import {
  catalogSatisfies,
  DEFAULT_CATALOG_VERSION,
  isCatalogVersion,
  JsonDocument,
} from '@wcp/spec/document';
import { compareText } from '@wcp/spec/json';
import { compileRule } from './compiled-rule.ts';
import { type CompiledWorker, compileWorker } from './compiled-worker.ts';
import { buildTable, deadRuleDiagnostic, findDeadRules } from './dead-rules.ts';
import { errorAt, errorsUnder, sortDiagnostics, under, unknownIds } from './diagnostics.ts';
import type { PolicyGate } from './policy-gate.ts';
import { DEFAULT_POLICY_VERSION, isProfile, settingsOf } from './settings.ts';
import { brokenEngine, type Engine, seal, type World } from './world.ts';

/** What a world is compiled from (section 4). Absent documents are empty. */
export interface WorldDocuments {
  readonly rules?: unknown;
  readonly workers?: unknown;
  readonly config?: unknown;
  readonly catalogVersion?: unknown;
}

/** What a world needs beside its documents. */
export interface WorldOptions {
  /** Answers step 13 in this process, where no verdict comes with the facts. */
  readonly policyGate?: PolicyGate;
}

/**
 * Compiles documents into a world (section 4): parsed and normalised, dead rules found, the lookup
 * built. Never throws: what is wrong stands in `diagnostics`, and a world whose rules, configuration
 * or catalog version have errors exists and denies everything. A record with an error leaves that
 * worker out.
 *
 * @example
 * const world = compileWorld({ rules, workers });
 * for (const { level, path, message } of world.diagnostics) console.log(level, path, message);
 */
export function compileWorld(documents: WorldDocuments, options?: WorldOptions): World {
  try {
    return compile(readDocuments(documents), gateOf(options));
  } catch {
    const message = 'The documents cannot be read as JSON.';
    return broken(null, DEFAULT_POLICY_VERSION, DEFAULT_CATALOG_VERSION, [errorAt('', 'NOT_JSON', message)]);
  }
}

/** One document, read once: plain JSON, or what keeps it from being JSON. */
interface Source {
  readonly document: JsonDocument | null;
  readonly json: unknown;
  /** Its canonical text; null where it has none. */
  readonly text: string | null;
  readonly findings: readonly Finding[];
}

/** The documents with the defaults of section 13; workers one by one, for an error leaves one out. */
interface Sources {
  readonly rules: Source;
  readonly workers: readonly Source[] | null;
  readonly config: Source;
  readonly catalogVersion: Source;
  /** `workers` where it is no list. */
  readonly noList: Source | null;
}

function readDocuments(documents: WorldDocuments): Sources {
  const workers = own(documents, 'workers', []);
  const list = Array.isArray(workers);
  return {
    rules: source(own(documents, 'rules', [])),
    workers: list ? Array.from({ length: workers.length }, (_, index) => source(workers[index])) : null,
    config: source(own(documents, 'config', {})),
    catalogVersion: source(own(documents, 'catalogVersion', DEFAULT_CATALOG_VERSION)),
    noList: list ? null : source(workers),
  };
}

function own(documents: WorldDocuments, name: keyof WorldDocuments, absent: unknown): unknown {
  const value = Object.hasOwn(documents, name) ? documents[name] : undefined;
  return value === undefined ? absent : value;
}

function source(value: unknown): Source {
  const read = JsonDocument.read(value);
  if (!read.ok) return { document: null, json: undefined, text: null, findings: read.findings };
  const { document } = read;
  return { document, json: document.json, text: document.text, findings: [] };
}

function gateOf(options: WorldOptions | undefined): PolicyGate | null {
  const gate = options != null && Object.hasOwn(options, 'policyGate') ? options.policyGate : undefined;
  return typeof gate === 'function' ? gate : null;
}

function compile(sources: Sources, gate: PolicyGate | null): World {
  const digest = worldDigest(sources);
  const config = readConfig(sources.config);
  const version = readCatalogVersion(sources.catalogVersion.json);
  const rules = readRules(sources.rules, version.value);
  const workers = readWorkers(sources.workers);
  const diagnostics = [
    ...config.diagnostics,
    ...version.diagnostics,
    ...rules.diagnostics,
    ...workers.diagnostics,
  ];
  const policyVersion = config.value?.policy_version ?? DEFAULT_POLICY_VERSION;
  if (config.value === null || version.value === null || rules.value === null || workers.value === null) {
    return broken(digest, policyVersion, version.value ?? DEFAULT_CATALOG_VERSION, diagnostics);
  }
  return build({
    digest,
    gate,
    config: config.value,
    version: version.value,
    rules: rules.value,
    workers: workers.value,
    diagnostics,
  });
}

/** A document's value, or null where it has errors, and what is to be said of it. */
interface Reading<T> {
  readonly value: T | null;
  readonly diagnostics: readonly Diagnostic[];
}

function readConfig({ document, findings }: Source): Reading<HallConfig> {
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

function readCatalogVersion(version: unknown): Reading<string> {
  if (isCatalogVersion(version)) return { value: version, diagnostics: [] };
  const message = 'Expected a catalog version such as 1.0.0 or wcp-catalog@1.0.0.';
  return { value: null, diagnostics: [errorAt('/catalog_version', 'INVALID_VALUE', message)] };
}

function readRules(
  { document, json, findings }: Source,
  catalogVersion: string | null,
): Reading<readonly Rule[]> {
  const parsed = document === null ? { ok: false as const, findings } : parseRules(document);
  const root = isObject(json) && Object.hasOwn(json, 'rules') ? '' : '/rules';
  if (!parsed.ok) return { value: null, diagnostics: errorsUnder(root, parsed.findings) };
  const tooNew = catalogVersion === null ? [] : newerRules(parsed.value, catalogVersion);
  return {
    value: tooNew.length > 0 ? null : parsed.value,
    diagnostics: [...under(root, parsed.diagnostics), ...tooNew],
  };
}

function newerRules(rules: readonly Rule[], catalogVersion: string): Diagnostic[] {
  return rules.flatMap(({ decision: { catalog_version_min: needed } }, index) => {
    if (needed === undefined || catalogSatisfies(catalogVersion, needed)) return [];
    const message = `This rule needs catalog ${needed}; the Hall has ${catalogVersion}.`;
    return [errorAt(`/rules/${index}/decision/catalog_version_min`, 'CATALOG_TOO_OLD', message)];
  });
}

type Enrolled = readonly [index: number, record: RegistryRecord];

/** Each record by itself; of two that verify and share a worker_id, the later stands (section 13). */
function readWorkers(workers: readonly Source[] | null): Reading<readonly Enrolled[]> {
  if (workers === null) {
    return {
      value: null,
      diagnostics: [errorAt('/workers', 'INVALID_VALUE', 'Expected a list of registry records.')],
    };
  }
  const enrolled = new Map<string, Enrolled>();
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

interface Sound {
  readonly digest: Sha256 | null;
  readonly gate: PolicyGate | null;
  readonly config: HallConfig;
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly workers: readonly Enrolled[];
  readonly diagnostics: readonly Diagnostic[];
}

function build({ digest, gate, config, version, rules, workers, diagnostics }: Sound): World {
  const settings = settingsOf(config);
  const roster = rosterOf(workers.map(([, record]) => compileWorker(record, version)));
  const table = buildTable(rules);
  const dead = findDeadRules(rules, table);
  const engine: Engine = {
    digest,
    broken: false,
    settings,
    rules: rules.map((rule) => compileRule(rule, roster, settings.profile_controls)),
    table,
    dead_rules: dead.map(({ rule_id }) => rule_id),
    gate,
  };
  const all = [...diagnostics, ...dead.map(deadRuleDiagnostic), ...unknownIds(rules, workers)];
  return sealed(engine, version, all);
}

function rosterOf(workers: readonly CompiledWorker[]): Map<string, CompiledWorker[]> {
  const roster = new Map<string, CompiledWorker[]>();
  for (const worker of workers) {
    const species = roster.get(worker.species);
    if (species === undefined) roster.set(worker.species, [worker]);
    else species.push(worker);
  }
  return roster;
}

function broken(
  digest: Sha256 | null,
  policyVersion: string,
  catalogVersion: string,
  diagnostics: readonly Diagnostic[],
): World {
  return sealed(brokenEngine(digest, policyVersion), catalogVersion, diagnostics);
}

function sealed(engine: Engine, catalogVersion: string, diagnostics: readonly Diagnostic[]): World {
  return seal(
    {
      digest: engine.digest,
      diagnostics: sortDiagnostics(diagnostics),
      policy_version: engine.settings.policy_version,
      catalog_version: catalogVersion,
    },
    engine,
  );
}

/** SHA-256 over the documents as given, workers in the order of their ids; null where a worker is no object. */
function worldDigest({ rules, workers, config, catalogVersion, noList }: Sources): Sha256 | null {
  const texts = [catalogVersion.text, config.text, listText(rules), workersText(workers, noList)];
  if (texts.includes(null)) return null;
  const [version, settings, list, roster] = texts;
  return sha256(`{"catalog_version":${version},"config":${settings},"rules":${list},"workers":${roster}}`);
}

function listText({ json, text }: Source): string | null {
  return isObject(json) && Object.hasOwn(json, 'rules') && Array.isArray(json['rules'])
    ? canonicalJson(json['rules'])
    : text;
}

function workersText(workers: readonly Source[] | null, noList: Source | null): string | null {
  if (workers === null) return noList?.text ?? null;
  if (!workers.every(({ json }) => isObject(json))) return null;
  const sorted = [...workers].sort((a, b) => compareText(idOf(a), idOf(b)));
  return `[${sorted.map(({ text }) => text).join(',')}]`;
}

function idOf({ json }: Source): string {
  const record = json as Record<string, unknown>;
  const id = Object.hasOwn(record, 'worker_id') ? record['worker_id'] : '';
  return typeof id === 'string' ? id : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
