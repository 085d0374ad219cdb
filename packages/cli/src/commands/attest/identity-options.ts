import { checkId } from '@wcp/spec';
import { CliError, usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { packageMembers } from '../../input/package-folder.ts';

/** The identity of a package as the options give it. */
export interface IdentityOptions {
  readonly workerId?: string;
  readonly species?: string;
}

/** The identity of a package. */
export interface Identity {
  readonly worker_id: string;
  readonly worker_species_id: string;
}

/**
 * The identity of a package: from the options, else from its `registry_record.json`.
 *
 * @throws {CliError} with every id that is missing or invalid, or with what is wrong with the record
 */
export async function identityOf(
  terminal: Terminal,
  dir: string,
  options: IdentityOptions,
): Promise<Identity> {
  const isComplete = options.workerId !== undefined && options.species !== undefined;
  const record = isComplete ? {} : await packageMembers(terminal, dir, 'registry_record.json');
  const identity = {
    worker_id: options.workerId ?? record['worker_id'],
    worker_species_id: options.species ?? record['worker_species_id'],
  };
  const wrong = [
    ...checkOption('--worker-id', identity.worker_id, 'worker', 'org.acme.doc-summarizer'),
    ...checkOption('--species', identity.worker_species_id, 'worker_species', 'wrk.doc.summarizer'),
  ];
  if (wrong.length > 0) throw new CliError(wrong);
  return identity as Identity;
}

function checkOption(option: string, value: unknown, kind: 'worker' | 'worker_species', example: string) {
  if (checkId(value, kind).valid) return [];
  const what = value === undefined ? 'is missing' : 'is not valid';
  return usageError(`${option} ${what}. Give an id such as ${example}.`).problems;
}
