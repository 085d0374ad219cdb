import type { ViewEntry } from './view-entry.ts';

/** What bubblewrap is told. */
export interface BwrapSettings {
  readonly view: readonly ViewEntry[];
  /** All of the program's environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Whether it has the host's network instead of one of its own, with nothing but a loopback. */
  readonly sharesNetwork: boolean;
  /** Descriptors by which bubblewrap and this process talk; a probe has none. */
  readonly descriptors: BwrapDescriptors;
}

/** Descriptors, as bubblewrap has them. */
interface BwrapDescriptors {
  readonly seccomp: number;
  /** Where it writes the number of the process that it makes. */
  readonly info?: number;
  /** Where it waits before it starts the program. */
  readonly block?: number;
  /** The first of the files' descriptors: one for each file, in the order of the view. */
  readonly files: number;
}

/** The namespaces, and what goes with them. Fixed: nothing of a worker or its record decides about these. */
const ISOLATION: readonly string[] = [
  // Asked for even by root: without it, root would get a sandbox where namespaces are forbidden.
  '--unshare-user',
  '--unshare-pid',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-cgroup-try',
  '--disable-userns',
  '--die-with-parent',
  '--new-session',
  ...['--cap-drop', 'ALL'],
  ...['--uid', '1000'],
  ...['--gid', '1000'],
  ...['--hostname', 'worker'],
  '--clearenv',
];

const BIND = { read: '--ro-bind', write: '--bind', device: '--dev-bind' } as const;

/**
 * The arguments of bubblewrap up to the command. They are handed over by a descriptor, because the command line of a
 * process can be read by everybody on the host, and these hold its environment.
 */
export function bwrapArguments(settings: BwrapSettings): string[] {
  const { view, env, folder, sharesNetwork, descriptors } = settings;
  let file = descriptors.files;
  return [
    ...ISOLATION,
    ...(sharesNetwork ? [] : ['--unshare-net']),
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...view.flatMap((entry) => {
      if (entry.kind !== 'file') return argumentsOf(entry);
      file += 1;
      return ['--perms', entry.mode.toString(8).padStart(4, '0'), '--file', String(file - 1), entry.to];
    }),
    ...['--chdir', folder],
    ...['--seccomp', String(descriptors.seccomp)],
    ...numbered('--info-fd', descriptors.info),
    ...numbered('--block-fd', descriptors.block),
  ];
}

function argumentsOf(entry: Exclude<ViewEntry, { kind: 'file' }>): string[] {
  switch (entry.kind) {
    case 'bind':
      return [BIND[entry.access], entry.from, entry.to];
    case 'tmpfs':
      return ['--size', String(entry.bytes), '--tmpfs', entry.to];
    case 'link':
      return ['--symlink', entry.target, entry.to];
    case 'folder':
      return ['--dir', entry.to];
    case 'proc':
      return ['--proc', entry.to];
    case 'read_only':
      return ['--remount-ro', entry.to];
  }
}

function numbered(option: string, descriptor: number | undefined): string[] {
  return descriptor === undefined ? [] : [option, String(descriptor)];
}
