import type { Enforcement } from '@wcp/spec/document';
import { shownText } from '../../base/shown-text.ts';
import type { OpenServer } from './open-servers.ts';

/** What a server that runs may touch, and what it runs from. */
export interface ServerReach {
  readonly alias: string;
  /** Whether the operating system keeps it to its envelope. */
  readonly is_contained: boolean;
  /** How far each member of its envelope is enforced; null for one that runs elsewhere. */
  readonly enforcement: Enforcement | null;
  /** What was installed for it; null where nothing was. */
  readonly package: { readonly name: string; readonly version: string; readonly package_hash: string } | null;
  /** Whether the install scripts of its packages have run. */
  readonly ran_scripts: boolean;
  /** The same for a reader, in sentences. */
  readonly text: string;
}

const LONGEST = 600;

/** What each server may touch that was started or reached. */
export function reachOf({ alias, settings, upstream, pin }: OpenServer): ServerReach {
  const enforcement = upstream.enforcement ?? null;
  const is_contained =
    enforcement?.filesystem_writes.level === 'enforced' && enforcement.network_egress.level === 'enforced';
  const known =
    pin === null ? null : { name: pin.name, version: pin.version, package_hash: pin.package_hash };
  const name = known === null ? alias : `${alias} (${known.name} ${known.version})`;
  const ran_scripts = pin?.ran_scripts ?? false;
  const what =
    enforcement === null
      ? 'runs elsewhere, and nothing holds it there.'
      : is_contained
        ? `runs contained: ${touched(settings)}`
        : 'is NOT contained: it can read, write and reach whatever you can.';
  const scripts = ran_scripts ? ' The install scripts of its packages have run.' : '';
  return {
    alias,
    is_contained,
    enforcement,
    package: known,
    ran_scripts,
    text: shownText(`${name} ${what}${scripts}`, LONGEST),
  };
}

function touched({ envelope = { network_egress: 'none' }, binds = [] }: OpenServer['settings']): string {
  const writes = [
    ...(envelope.filesystem_writes ?? []),
    ...binds.filter(({ writable }) => writable).map(({ from }) => from),
  ];
  const reads = binds.filter(({ writable }) => !writable).map(({ from }) => from);
  const { network_egress, egress_allowlist = [] } = envelope;
  const network =
    network_egress === 'unrestricted'
      ? 'any network'
      : network_egress === 'none'
        ? 'no network'
        : egress_allowlist.join(', ');
  return `it may write to ${listed(writes)}, read ${reads.length === 0 ? 'no other file of yours' : listed(reads)}, and reach ${network}.`;
}

function listed(places: readonly string[]): string {
  return places.length === 0 ? 'no folder of yours' : places.map((each) => JSON.stringify(each)).join(', ');
}
