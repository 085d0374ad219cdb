import { existsSync, realpathSync } from 'node:fs';
import { fileEntry } from './build-view.ts';
import type { ViewEntry } from './view-entry.ts';

/** The certificates of the host, where Debian and Fedora have them; Node brings its own. */
const CERTIFICATES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];
/** How the host finds names. */
const RESOLVER = ['/etc/resolv.conf'];
const SOCKETS = '/run/egress';

/** What a sandbox needs from a way out that somebody else opened. */
export interface EgressChannel {
  /** The folder of sockets on the host. */
  readonly folder: string;
  /** The programs that use the sockets, by their absolute paths inside. */
  readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[];
}

/** A way out by sockets: those, their programs, and certificates. */
export function channelEntries({ folder, files }: EgressChannel): ViewEntry[] {
  return [
    { kind: 'bind', from: folder, to: SOCKETS, access: 'read' },
    ...files.map(({ path, bytes }) => fileEntry(path, bytes)),
    ...asTheyAre(CERTIFICATES),
  ];
}

/** The host's network as it is. */
export function hostNetworkEntries(): ViewEntry[] {
  return asTheyAre([...RESOLVER, ...CERTIFICATES]);
}

function asTheyAre(places: readonly string[]): ViewEntry[] {
  return places
    .filter((place) => existsSync(place))
    .map((to) => ({ kind: 'bind', from: realpathSync(to), to, access: 'read' }));
}
