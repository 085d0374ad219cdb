import { existsSync, statSync } from 'node:fs';
import { mayReach, mayRead } from '../base/access.ts';
import { notContained } from '../base/errors.ts';
import { findProgram } from '../base/find-program.ts';
import type { User } from '../base/user.ts';
import { installCommand } from '../probe/install-command.ts';
import { PACKAGE_PLACE } from '../view/package-entries.ts';
import { tarArchive } from '../view/tar-archive.ts';
import type { ViewEntry } from '../view/view-entry.ts';
import { isWithin } from '../view/write-paths.ts';

/**
 * A mount namespace around bubblewrap, for what it cannot do by itself: show what its user may not reach, such as a
 * runtime in root's home, and take in more files than it has arguments for. Nobody else sees what is mounted there,
 * and it is gone with the sandbox.
 */
export interface Stage {
  /** The words before those of bubblewrap; none where no stage is needed. */
  readonly words: readonly string[];
  /** The view, with what the stage provides in its place. */
  readonly view: readonly ViewEntry[];
  /** The package as an archive, to be read from a descriptor; null where its files have one each. */
  readonly archive: Uint8Array | null;
}

/** Files of the package beyond which they come as an archive: bubblewrap takes 9,000 arguments, and five a file. */
const MAX_FILES = 1_000;
/** Folders that every system has and few programs need: what is in the chosen one is hidden on the stage. */
const PLACES = ['/mnt', '/media', '/srv', '/opt'];
const PROGRAMS = ['unshare', 'sh', 'mount', 'mkdir', 'touch', 'tar', 'setpriv'];

/** Arguments: the place, the descriptor of the archive or `-`, what to show, `--`, the command. */
const SCRIPT = `set -e
umask 022
place=$1
archive=$2
shift 2
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$place"
count=0
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir "$place/$count"; else touch "$place/$count"; fi
  mount --bind "$1" "$place/$count"
  count=$((count + 1))
  shift
done
shift
if [ "$archive" != - ]; then
  mkdir "$place/package"
  tar --extract --no-same-owner --directory "$place/package" --file "/proc/self/fd/$archive"
fi
exec "$@"`;

/** The stage that a view needs. */
export async function stageFor(
  view: readonly ViewEntry[],
  user: User | null,
  archiveDescriptor: number,
): Promise<Stage> {
  const hidden = user === null ? [] : hiddenSources(view, user);
  const files = view.filter(isPackageFile);
  const isLarge = files.length > MAX_FILES;
  if (hidden.length === 0 && !isLarge) return { words: [], view, archive: null };
  const place = choosePlace(view);
  const shown = view.map((entry) => {
    const index = entry.kind === 'bind' ? hidden.indexOf(entry.from) : -1;
    return index < 0 ? entry : { ...entry, from: `${place}/${index}` };
  });
  return {
    words: await wordsOf(user, [place, isLarge ? String(archiveDescriptor) : '-', ...hidden, '--']),
    view: isLarge ? withUnpacked(shown, `${place}/package`) : shown,
    archive: isLarge
      ? tarArchive(files.map(({ to, bytes }) => ({ path: to.slice(PACKAGE_PLACE.length + 1), bytes })))
      : null,
  };
}

type FileEntry = ViewEntry & { readonly kind: 'file' };

function isPackageFile(entry: ViewEntry): entry is FileEntry {
  return entry.kind === 'file' && entry.to.startsWith(`${PACKAGE_PLACE}/`);
}

/** What of the host is to be shown to a user who may not reach it. */
function hiddenSources(view: readonly ViewEntry[], user: User): string[] {
  const sources = view.flatMap((entry) =>
    entry.kind === 'bind' && !(entry.access === 'write' ? mayReach : mayRead)(entry.from, user)
      ? [entry.from]
      : [],
  );
  return [...new Set(sources)];
}

/** In the place of the folder where the files would have been put. */
function withUnpacked(view: readonly ViewEntry[], from: string): ViewEntry[] {
  return view.flatMap((entry): ViewEntry[] => {
    if (isPackageFile(entry)) return [];
    const isFolder = entry.kind === 'folder' && entry.to === PACKAGE_PLACE;
    return [isFolder ? { kind: 'bind', from, to: PACKAGE_PLACE, access: 'read' } : entry];
  });
}

function choosePlace(view: readonly ViewEntry[]): string {
  const sources = view.flatMap((entry) => (entry.kind === 'bind' ? [entry.from] : []));
  const place = PLACES.find(
    (each) =>
      existsSync(each) && statSync(each).isDirectory() && !sources.some((source) => isWithin(source, each)),
  );
  if (place !== undefined) return place;
  throw notContained('There is no folder to mount the package in.', 'mkdir /mnt');
}

/** Root becomes the sandbox's user only now: until here it must be able to reach everything. */
async function wordsOf(user: User | null, rest: readonly string[]): Promise<string[]> {
  const places = await Promise.all(PROGRAMS.map((name) => findProgram(name)));
  const missing = PROGRAMS.filter((_, index) => places[index] === null);
  const [unshare = '', sh = ''] = places.map((place) => place ?? '');
  if (missing.length > 0) {
    throw notContained(
      `${missing.join(', ')} cannot be found on PATH.`,
      await installCommand('util-linux tar'),
    );
  }
  const namespaces = user === null ? ['--user', '--map-root-user'] : [];
  const become =
    user === null
      ? []
      : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--pdeathsig=KILL', '--'];
  return [
    unshare,
    ...namespaces,
    '--mount',
    '--propagation=private',
    '--',
    sh,
    '-c',
    SCRIPT,
    'sh',
    ...rest,
    ...become,
  ];
}
