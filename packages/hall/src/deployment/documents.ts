import type { Diagnostic } from '@wcp/spec';
import { LAYOUT } from './layout.ts';
import { type JsonFile, readJsonFile } from './settings/json-file.ts';

/** The rules and the configuration of a folder as they are on the disk. */
export interface DeploymentDocuments {
  /** What the Hall is given; a file that holds no JSON is a document that cannot be one. */
  readonly rules: unknown;
  readonly config: unknown;
  /** What keeps a file from being read, at its document's place in a world. */
  readonly unreadable: readonly Diagnostic[];
  /** Documents of the same mark are the same. */
  readonly mark: string;
}

const DOCUMENTS = [
  { member: 'rules', file: LAYOUT.rules, empty: [] },
  { member: 'config', file: LAYOUT.config, empty: {} },
] as const;

/**
 * Reads both documents. Never rejects.
 *
 * @param mayLack an absent file is an empty document: when a Hall starts, not while it runs
 */
export async function readDocuments(dir: string, mayLack: boolean): Promise<DeploymentDocuments> {
  const [rules, config] = await Promise.all(
    DOCUMENTS.map(async ({ member, file, empty }) => {
      const read = await readJsonFile(dir, file);
      if (read.ok || (mayLack && read.isAbsent)) {
        return { value: read.ok ? read.value : empty, problems: [], mark: read.text };
      }
      return { value: null, problems: [unreadable(member, file, read.message)], mark: markOf(read) };
    }),
  );
  return {
    rules: rules?.value,
    config: config?.value,
    unreadable: [...(rules?.problems ?? []), ...(config?.problems ?? [])],
    mark: JSON.stringify([rules?.mark, config?.mark]),
  };
}

function markOf({ text, ...file }: JsonFile): string {
  return text ?? (file.ok ? '' : `(${file.message})`);
}

function unreadable(member: string, file: string, message: string): Diagnostic {
  return { level: 'error', code: 'UNREADABLE', path: `/${member}`, message: `${file}: ${message}` };
}
