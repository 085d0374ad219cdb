import type { Diagnostic, HallConfig, Sha256 } from '@wcp/spec';
import type { CompiledRule } from './compiled-rule.ts';
import type { PolicyGate } from './policy-gate.ts';
import { RuleTable } from './rule-table.ts';
import { DEFAULT_POLICY_VERSION, type Settings, settingsOf } from './settings.ts';

/**
 * What decisions are made in (section 4): documents, compiled once. The engine inside is private, and
 * what a caller sees is frozen.
 */
export interface World {
  /** SHA-256 over the documents as given (section 13), or null where they have no canonical JSON. */
  readonly digest: Sha256 | null;
  /** The compiler's diagnostics; a world with an error in rules or configuration denies everything. */
  readonly diagnostics: readonly Diagnostic[];
  readonly policy_version: string;
  readonly catalog_version: string;
}

/** The inside of a world. */
export interface Engine {
  readonly digest: Sha256 | null;
  /** Rules, configuration or catalog version have errors: step 2 denies. */
  readonly broken: boolean;
  readonly settings: Settings;
  readonly rules: readonly CompiledRule[];
  readonly table: RuleTable;
  readonly dead_rules: readonly string[];
  readonly gate: PolicyGate | null;
}

const ENGINES = new WeakMap<World, Engine>();

/** Binds an engine to the world that callers hold. */
export function seal(world: World, engine: Engine): World {
  for (const diagnostic of world.diagnostics) Object.freeze(diagnostic);
  Object.freeze(world.diagnostics);
  const sealed = Object.freeze(world);
  ENGINES.set(sealed, engine);
  return sealed;
}

/** The engine of a world; for anything that `compileWorld` did not make, one that denies. */
export function engineOf(world: World): Engine {
  return ENGINES.get(world) ?? FOREIGN;
}

/** An engine that denies everything at step 2. */
export function brokenEngine(digest: Sha256 | null, policyVersion: string): Engine {
  const config: HallConfig = Object.assign(Object.create(null), { policy_version: policyVersion });
  return {
    digest,
    broken: true,
    settings: settingsOf(config),
    rules: [],
    table: new RuleTable(),
    dead_rules: [],
    gate: null,
  };
}

/** Stands for the engine of a world that `compileWorld` did not make. */
const FOREIGN = brokenEngine(null, DEFAULT_POLICY_VERSION);
