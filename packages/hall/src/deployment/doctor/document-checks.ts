import { join } from 'node:path';
import type { Diagnostic, HallConfig, RegistryRecord } from '@wcp/spec';
import { makesDemand } from '@wcp/spec/document';
import { type HallWorld, makeHallWorld } from '../../world/hall-world.ts';
import { readDocuments } from '../documents.ts';
import { LAYOUT } from '../layout.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from './check.ts';
import { editing } from './shell-command.ts';

const DOCUMENTS = [
  { name: 'rules', path: '/rules', file: LAYOUT.rules, what: 'The rules' },
  { name: 'configuration', path: '/config', file: LAYOUT.config, what: 'The configuration' },
] as const;

/** The rules and the configuration, as a Hall would compile them, and whether attestation is on. */
export async function documentChecks(
  { dir }: CheckBase,
  records: readonly RegistryRecord[],
): Promise<DeploymentCheck[]> {
  const { rules, config, unreadable } = await readDocuments(dir, true);
  const isOther = ({ path }: Diagnostic) => unreadable.every((known) => known.path !== path);
  const { world, retention } = makeHallWorld({ rules, config }, records, null);
  const found = world.diagnostics.filter(({ level }) => level === 'error').filter(isOther);
  const errors = [...unreadable, ...found];
  const checks = DOCUMENTS.map(({ name, path, file, what }) => {
    const [first, ...more] = errors.filter((each) => each.path.startsWith(path));
    if (first === undefined) return ok(name, `${what} can be put in force.`);
    const others = more.length === 0 ? '' : ` There are ${more.length} more; \`wcp rules check\` lists them.`;
    const place = first.path === path ? '' : ` (${first.path.slice(path.length)})`;
    return fail(name, `${first.message}${place}${others}`, {
      subject: file,
      remedy: editing(join(dir, file)),
    });
  });
  if (checks[1]?.status !== 'ok') return checks;
  return [...checks, retentionCheck(retention), attestationCheck(dir, config as HallConfig)];
}

/** To hold everything for ever is a choice as well, and one that should be known. */
function retentionCheck({ length }: HallWorld['retention']): DeploymentCheck {
  const kept = 'Requests and results are held until somebody forgets them: there is no "x.retention".';
  const rules = length === 1 ? 'One rule says' : `${length} rules say`;
  return ok('retention', length === 0 ? kept : `${rules} how long requests and results are held.`);
}

function attestationCheck(dir: string, config: HallConfig): DeploymentCheck {
  if (makesDemand(config, 'require_worker_attestation')) {
    return ok('attestation', 'Only code runs that its authority has attested.');
  }
  const message =
    'Changed code of a worker would run. Write "require_worker_attestation": true into the configuration.';
  return warn('attestation', message, { subject: LAYOUT.config, remedy: editing(join(dir, LAYOUT.config)) });
}
