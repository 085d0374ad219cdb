import type { World } from '@wcp/router';
import type { Diagnostic } from '@wcp/spec';
import type { InputReader } from './input-reader.ts';
import type { JsonDocument } from './json-document.ts';

/** A record and where in a file it came from. */
export interface WorkerSource {
  readonly document: JsonDocument;
  /** The JSON Pointer of the record in its file. */
  readonly root: string;
  readonly value: unknown;
}

/** The files that a world was compiled from. */
export interface WorldSources {
  readonly rules: JsonDocument | null;
  readonly config?: JsonDocument | null;
  readonly workers?: readonly WorkerSource[];
}

/**
 * Adds the compiler's diagnostics about a world, each at its place in its file. A dead rule is a
 * warning here, since whether it denies depends on the request.
 */
export function addWorldDiagnostics(reader: InputReader, world: World, sources: WorldSources): void {
  for (const diagnostic of world.diagnostics) {
    const source = sourceOf(diagnostic.path, sources);
    if (source === null) continue;
    const level = diagnostic.code === 'RULE_DEAD' ? 'warning' : diagnostic.level;
    reader.addDiagnostic(source.document, { ...diagnostic, level, path: source.path });
  }
}

interface Located {
  readonly document: JsonDocument;
  readonly path: string;
}

function sourceOf(path: Diagnostic['path'], { rules, config, workers }: WorldSources): Located | null {
  const [, root, index] = path.split('/', 3);
  if (root === 'rules' && rules !== null) {
    return { document: rules, path: Array.isArray(rules.value) ? path.slice('/rules'.length) : path };
  }
  if (root === 'config' && config) return { document: config, path: path.slice('/config'.length) };
  const worker = root === 'workers' ? workers?.[Number(index)] : undefined;
  if (worker !== undefined) {
    const rest = path.slice(`/workers/${index}`.length);
    return { document: worker.document, path: worker.root + rest };
  }
  return rules === null ? null : { document: rules, path };
}
