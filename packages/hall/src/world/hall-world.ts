import { compileWorld, type World } from '@wcp/router';
import { type Diagnostic, parseHallConfig, type RegistryRecord } from '@wcp/spec';
import type { Budget } from '@wcp/spec/document';
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
    budgets: budgetsOf(config),
  };
}

function budgetsOf(config: unknown): readonly Budget[] {
  const parsed = parseHallConfig(config);
  return parsed.ok ? (parsed.value['x.budgets'] ?? []) : [];
}

/** What is wrong with the documents themselves: such a world denies, at least in production. */
export function errorsOf({ world }: HallWorld): readonly Diagnostic[] {
  return world.diagnostics.filter(({ level, path }) => level === 'error' && !path.startsWith('/workers'));
}
