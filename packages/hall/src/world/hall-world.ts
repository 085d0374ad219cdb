import { compileWorld, type World } from '@wcp/router';
import { type Diagnostic, parseHallConfig, type RegistryRecord } from '@wcp/spec';
import type { Budget, RetentionRule } from '@wcp/spec/document';
import type { GateRecorder } from './policy-gate.ts';

/** The documents that an operator writes. */
export interface OperatorDocuments {
  readonly rules: unknown;
  readonly config: unknown;
  readonly catalogVersion?: string | undefined;
}

/** A world, and what it was compiled from. */
export interface HallWorld {
  /** Without a gate: recorded decisions are made again in it. */
  readonly world: World;
  /** Takes down what the gate would be asked, instead of deciding; null where no gate is configured. */
  readonly gateProbe: World | null;
  readonly documents: WorldDocument;
  /** Empty where the configuration is broken: such a world denies everything anyway. */
  readonly budgets: readonly Budget[];
  /** How long payloads are held; empty where the configuration is broken: then nothing is forgotten. */
  readonly retention: readonly RetentionRule[];
}

/** The documents of a world as they are kept, under the names that its digest covers. */
interface WorldDocument {
  readonly catalog_version: string;
  readonly config: unknown;
  readonly rules: unknown;
  readonly workers: readonly RegistryRecord[];
}

/** Compiles the world of a Hall. Never throws. */
export function makeHallWorld(
  { rules, config, catalogVersion = '1.1.0' }: OperatorDocuments,
  workers: readonly RegistryRecord[],
  recorder: GateRecorder | null,
): HallWorld {
  const documents = { rules, config, workers, catalogVersion };
  return {
    world: compileWorld(documents),
    gateProbe: recorder === null ? null : compileWorld(documents, { policyGate: recorder.gate }),
    documents: { catalog_version: catalogVersion, config, rules, workers },
    ...settingsOf(config),
  };
}

function settingsOf(config: unknown): Pick<HallWorld, 'budgets' | 'retention'> {
  const parsed = parseHallConfig(config);
  const { 'x.budgets': budgets = [], 'x.retention': retention = [] } = parsed.ok ? parsed.value : {};
  return { budgets, retention };
}

/** What is wrong with the documents themselves: such a world denies, at least in production. */
export function errorsOf({ world }: HallWorld): readonly Diagnostic[] {
  return world.diagnostics.filter(({ level, path }) => level === 'error' && !path.startsWith('/workers'));
}
