import { checkId } from '@wcp/spec';
import { CliError, usageError } from '../../base/cli-error.ts';
import { packageMembers } from '../../input/package-folder.ts';

/** Who a package is, as far as the command line says. */
export interface IdentityOptions {
  readonly workerId?: string;
  readonly species?: string;
}

/** Who a package is. */
export interface Identity {
  readonly worker_id: string;
  readonly worker_species_id: string;
}

/**
 * Who a package is: what the options say, else its `registry_record.json`.
 *
 * @throws {CliError} with everything that is missing or no id
 */
export async function identityOf(dir: string, options: IdentityOptions): Promise<Identity> {
  const record = await packageMembers(dir, 'registry_record.json');
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
  const what = value === undefined ? 'is missing' : 'is not such an id';
  return usageError(`${option} ${what}: give one such as ${example}.`).problems;
}
