import type { Diagnostic, HallConfig, Rule, Sha256 } from '@wcp/spec';
import { DEFAULT_CATALOG_VERSION } from '@wcp/spec/document';
import { compileRule } from './compiled-rule.ts';
import { type CompiledWorker, compileWorker } from './compiled-worker.ts';
import { buildTable, deadRuleDiagnostic, findDeadRules } from './dead-rules.ts';
import { errorAt, sortDiagnostics, unknownIds } from './diagnostics.ts';
import type { PolicyGate } from './policy-gate.ts';
import {
  type EnrolledRecord,
  readCatalogVersion,
  readConfig,
  readDocuments,
  readRules,
  readWorkers,
  type Sources,
  type WorldDocuments,
} from './read-documents.ts';
import { DEFAULT_POLICY_VERSION, settingsOf } from './settings.ts';
import { brokenEngine, type Engine, seal, type World } from './world.ts';
import { worldDigest } from './world-digest.ts';

/** What a world needs beside its documents. */
export interface WorldOptions {
  /** Answers step 13 in this process, where no verdict comes with the facts. */
  readonly policyGate?: PolicyGate;
}

/**
 * Compiles documents into a world (section 4): parsed and normalised, dead rules found, the lookup
 * built. Never throws: `diagnostics` says what is wrong, and a world whose rules, configuration or
 * catalog version have errors exists and denies everything. A record with an error leaves that worker
 * out.
 *
 * @example
 * import { compileWorld } from '@wcp/router';
 *
 * const world = compileWorld({ rules: [], workers: [], config: { policy_version: 'policy.v3' } });
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

function gateOf(options: WorldOptions | undefined): PolicyGate | null {
  const gate = options != null && Object.hasOwn(options, 'policyGate') ? options.policyGate : undefined;
  return typeof gate === 'function' ? gate : null;
}

function compile(sources: Sources, gate: PolicyGate | null): World {
  const digest = worldDigest(sources);
  const config = readConfig(sources.config);
  const version = readCatalogVersion(sources.catalogVersion);
  const rules = readRules(sources.rules, version.value);
  const workers = readWorkers(sources.workers);
  const diagnostics = [config, version, rules, workers].flatMap((reading) => reading.diagnostics);
  if (config.value === null || version.value === null || rules.value === null || workers.value === null) {
    const policyVersion = config.value?.policy_version ?? DEFAULT_POLICY_VERSION;
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

/** Documents without an error, and what else goes into a world. */
interface SoundDocuments {
  readonly digest: Sha256 | null;
  readonly gate: PolicyGate | null;
  readonly config: HallConfig;
  readonly version: string;
  readonly rules: readonly Rule[];
  readonly workers: readonly EnrolledRecord[];
  readonly diagnostics: readonly Diagnostic[];
}

function build({ digest, gate, config, version, rules, workers, diagnostics }: SoundDocuments): World {
  const settings = settingsOf(config);
  const bySpecies = groupBySpecies(workers.map(([, record]) => compileWorker(record, version)));
  const table = buildTable(rules);
  const dead = findDeadRules(rules, table);
  const engine: Engine = {
    digest,
    broken: false,
    settings,
    rules: rules.map((rule) => compileRule(rule, bySpecies, settings.profile_controls)),
    table,
    dead_rules: dead.map(({ rule_id }) => rule_id),
    gate,
  };
  const all = [...diagnostics, ...dead.map(deadRuleDiagnostic), ...unknownIds(rules, workers)];
  return worldOf(engine, version, all);
}

function groupBySpecies(workers: readonly CompiledWorker[]): Map<string, CompiledWorker[]> {
  const bySpecies = new Map<string, CompiledWorker[]>();
  for (const worker of workers) {
    const species = bySpecies.get(worker.species);
    if (species === undefined) bySpecies.set(worker.species, [worker]);
    else species.push(worker);
  }
  return bySpecies;
}

function broken(
  digest: Sha256 | null,
  policyVersion: string,
  catalogVersion: string,
  diagnostics: readonly Diagnostic[],
): World {
  return worldOf(brokenEngine(digest, policyVersion), catalogVersion, diagnostics);
}

function worldOf(engine: Engine, catalogVersion: string, diagnostics: readonly Diagnostic[]): World {
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
