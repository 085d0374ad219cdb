import type { Diagnostic } from '@wcp/spec';
import { LAYOUT } from './layout.ts';
import { type JsonFile, readJsonFile } from './settings/json-file.ts';

/** The rules and the configuration of a folder, as they are on disk. */
export interface DeploymentDocuments {
  /** What the Hall gets; null, which is never valid, for a file that cannot be read as JSON. */
  readonly rules: unknown;
  readonly config: unknown;
  /** Why a file cannot be read, at the path of its document in a world. */
  readonly unreadable: readonly Diagnostic[];
  /** Equal for equal documents. */
  readonly mark: string;
}

const DOCUMENTS = [
  { member: 'rules', file: LAYOUT.rules, empty: [] },
  { member: 'config', file: LAYOUT.config, empty: {} },
] as const;

/**
 * Reads both documents. Never rejects.
 *
 * @param mayLack whether a missing file is an empty document: when a Hall starts, not while it runs
 */
export async function readDocuments(dir: string, mayLack: boolean): Promise<DeploymentDocuments> {
  const [rules, config] = await Promise.all(
    DOCUMENTS.map(async ({ member, file, empty }) => {
      const read = await readJsonFile(dir, file);
      if (read.ok || (mayLack && read.isAbsent)) {
        return { value: read.ok ? read.value : empty, findings: [], mark: read.text };
      }
      return { value: null, findings: [unreadable(member, file, read.message)], mark: markOf(read) };
    }),
  );
  return {
    rules: rules?.value,
    config: config?.value,
    unreadable: [...(rules?.findings ?? []), ...(config?.findings ?? [])],
    mark: JSON.stringify([rules?.mark, config?.mark]),
  };
}

function markOf({ text, ...file }: JsonFile): string {
  return text ?? (file.ok ? '' : `(${file.message})`);
}

function unreadable(member: string, file: string, message: string): Diagnostic {
  return { level: 'error', code: 'UNREADABLE', path: `/${member}`, message: `${file}: ${message}` };
}
