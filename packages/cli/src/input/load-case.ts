import { compileWorld, type World } from '@wcp/router';
import { parseFacts, parseRouteInput } from '@wcp/spec';
import { DEFAULT_CATALOG_VERSION, isCatalogVersion } from '@wcp/spec/document';
import { usageError } from '../base/cli-error.ts';
import type { Problem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { InputReader } from './input-reader.ts';
import type { JsonDocument } from './json-document.ts';
import { loadWorkers } from './load-workers.ts';
import { addWorldDiagnostics } from './world-diagnostics.ts';

/** The files of a case: what `route` and `explain` decide from. */
export interface CaseFiles {
  readonly rules: string;
  readonly workers?: readonly string[];
  readonly config?: string;
  readonly facts?: string;
  readonly gate?: string;
  readonly catalogVersion?: string;
}

/** Everything that a decision is made from, read from files. */
export interface LoadedCase {
  readonly world: World;
  readonly facts: unknown;
  readonly input: JsonDocument;
  /** Warnings and remarks, including dead rules. */
  readonly remarks: readonly Problem[];
}

/**
 * Reads a request and the world it is decided in. A request that is JSON but not a RouteInput is loaded:
 * denying it is up to the engine.
 *
 * @throws {CliError} with every mistake in every file
 */
export async function loadCase(terminal: Terminal, inputFile: string, files: CaseFiles): Promise<LoadedCase> {
  const reader = new InputReader(terminal);
  const input = await reader.json(inputFile);
  const rules = await reader.json(files.rules);
  const config = files.config === undefined ? null : await reader.json(files.config);
  const workers = await loadWorkers(reader, files.workers ?? []);
  const world = compileWorld({
    ...(rules === null ? {} : { rules: rules.value }),
    ...(config === null ? {} : { config: config.value }),
    workers: workers.map(({ value }) => value),
    catalogVersion: catalogVersionOf(files),
  });
  addWorldDiagnostics(reader, world, { rules, config, workers });
  const facts = await loadFacts(terminal, reader, files);
  if (reader.hasErrors && input !== null) reader.check(input, parseRouteInput);
  reader.throwErrors();
  return { world, facts, input: input as JsonDocument, remarks: reader.problems };
}

/**
 * The catalog version that a case is decided with.
 *
 * @throws {CliError} for one that is none
 */
export function catalogVersionOf({
  catalogVersion = DEFAULT_CATALOG_VERSION,
}: Pick<CaseFiles, 'catalogVersion'>): string {
  if (isCatalogVersion(catalogVersion)) return catalogVersion;
  throw usageError('--catalog-version takes a version such as 1.0.0 or wcp-catalog@1.0.0.');
}

/** The facts in a file, completed with the time, a new id and the gate's verdict. */
async function loadFacts(terminal: Terminal, reader: InputReader, files: CaseFiles): Promise<unknown> {
  const defaults = { now: terminal.now(), decision_id: terminal.newId() };
  const document = files.facts === undefined ? null : await reader.json(files.facts);
  const verdict = files.gate === undefined ? null : await reader.json(files.gate);
  const given = document === null ? {} : document.value;
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const facts = isObject ? { ...defaults, ...given, ...(verdict && { policy: verdict.value }) } : given;
  if (document !== null) reader.check({ ...document, value: facts }, parseFacts);
  return facts;
}
