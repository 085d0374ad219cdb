import { compileWorld, type World } from '@wcp/router';
import { DEFAULT_CATALOG_VERSION, isCatalogVersion, parseFacts, parseRouteInput } from '@wcp/spec';
import { misuse } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { Gathering } from './gathering.ts';
import type { JsonDocument } from './json-document.ts';
import { loadWorkers } from './load-workers.ts';
import type { Problem } from './problem.ts';
import { addWorldDiagnostics } from './world-diagnostics.ts';

/** The files that `route` and `explain` are given. */
export interface CaseFiles {
  readonly rules: string;
  readonly workers?: readonly string[];
  readonly config?: string;
  readonly facts?: string;
  readonly gate?: string;
  readonly catalogVersion?: string;
}

/** Everything that a decision is made of, read from files. */
export interface LoadedCase {
  readonly world: World;
  readonly facts: unknown;
  readonly input: JsonDocument;
  /** Warnings and remarks, dead rules among them. */
  readonly remarks: readonly Problem[];
}

/**
 * Reads a request and the world it is decided in. A request that is JSON but no RouteInput is loaded:
 * denying it is the engine's business.
 *
 * @throws {BadInput} with every mistake in every file
 */
export async function loadCase(terminal: Terminal, inputFile: string, files: CaseFiles): Promise<LoadedCase> {
  const gathering = new Gathering(terminal);
  const input = await gathering.json(inputFile);
  const rules = await gathering.json(files.rules);
  const config = files.config === undefined ? null : await gathering.json(files.config);
  const workers = await loadWorkers(gathering, files.workers ?? []);
  const world = compileWorld({
    ...(rules === null ? {} : { rules: rules.value }),
    ...(config === null ? {} : { config: config.value }),
    workers: workers.map(({ value }) => value),
    catalogVersion: catalogVersionOf(files),
  });
  addWorldDiagnostics(gathering, world, { rules, config, workers });
  const facts = await loadFacts(terminal, gathering, files);
  if (gathering.hasErrors && input !== null) gathering.check(input, parseRouteInput);
  gathering.settle();
  return { world, facts, input: input as JsonDocument, remarks: gathering.problems };
}

function catalogVersionOf({ catalogVersion = DEFAULT_CATALOG_VERSION }: CaseFiles): string {
  if (isCatalogVersion(catalogVersion)) return catalogVersion;
  throw misuse('--catalog-version is written like 1.0.0 or wcp-catalog@1.0.0.');
}

/** The facts of a file, with the clock and a fresh id where it names none, and the gate's verdict. */
async function loadFacts(terminal: Terminal, gathering: Gathering, files: CaseFiles): Promise<unknown> {
  const seen = { now: terminal.now(), decision_id: terminal.newId() };
  const document = files.facts === undefined ? null : await gathering.json(files.facts);
  const verdict = files.gate === undefined ? null : await gathering.json(files.gate);
  const told = document === null ? {} : document.value;
  const isObject = typeof told === 'object' && told !== null && !Array.isArray(told);
  const facts = isObject ? { ...seen, ...told, ...(verdict && { policy: verdict.value }) } : told;
  if (document !== null) gathering.check({ ...document, value: facts }, parseFacts);
  return facts;
}
