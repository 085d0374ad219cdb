import { PACKAGE_PLACE } from './package-entries.ts';
import type { ViewEntry } from './view-entry.ts';

/** What a view is made of. */
export interface ViewInput {
  /** What the runtime and the tools need. */
  readonly programs: readonly ViewEntry[];
  readonly package: readonly ViewEntry[];
  readonly secrets: Readonly<Record<string, Uint8Array>>;
  /** What leads out: sockets and the programs that use them, or the host's own settings of its network. */
  readonly network: readonly ViewEntry[];
  readonly binds: readonly ViewEntry[];
  /** Bytes in each of the private folders. */
  readonly disk_bytes: number;
}

/** Where secrets are, each a file. */
const SECRETS_PLACE = '/run/secrets';

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
const DEVICE_BYTES = 65_536;
const EMPTY_BYTES = 4_096;
const LINKS = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
};
/** What programs ask about themselves and about names. */
const ETC = {
  passwd: 'worker:x:1000:1000::/tmp:/bin/false\n',
  group: 'worker:x:1000:\n',
  hosts: '127.0.0.1 localhost\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};
const READABLE = 0o444;

/** All that a program sees, in the order in which it is put in place. */
export function buildView(input: ViewInput): readonly ViewEntry[] {
  const { programs, package: files, secrets, network, binds, disk_bytes } = input;
  return withoutRepeats([
    ...devices(disk_bytes),
    { kind: 'proc', to: '/proc' },
    ...hiddenInit(),
    { kind: 'tmpfs', to: '/tmp', bytes: disk_bytes },
    ...Object.entries(ETC).map(([name, text]) => fileEntry(`/etc/${name}`, Buffer.from(text))),
    ...programs,
    { kind: 'folder', to: PACKAGE_PLACE },
    ...files,
    ...Object.entries(secrets).map(([name, bytes]) => fileEntry(`${SECRETS_PLACE}/${name}`, bytes)),
    ...network,
    ...binds,
    { kind: 'read_only', to: '/dev' },
    { kind: 'read_only', to: '/' },
  ]);
}

/** A file that the program can read. */
export function fileEntry(to: string, bytes: Uint8Array): ViewEntry {
  return { kind: 'file', to, bytes, mode: READABLE };
}

/**
 * The process that everything inside ends with has the same user as the program, so its memory could be written to by
 * way of /proc: it would no longer end when the process that started the sandbox does.
 */
function hiddenInit(): ViewEntry[] {
  const to = '/proc/1';
  return [
    { kind: 'tmpfs', to, bytes: EMPTY_BYTES },
    { kind: 'read_only', to },
    // Where the program has the number of root, the settings of the kernel are its own files: one names a program that
    // the host starts when another crashes.
    { kind: 'read_only', to: '/proc' },
  ];
}

/** Not bubblewrap's own /dev, whose /dev/shm has no limit. */
function devices(disk_bytes: number): ViewEntry[] {
  return [
    { kind: 'tmpfs', to: '/dev', bytes: DEVICE_BYTES },
    ...DEVICES.map((name): ViewEntry => {
      const place = `/dev/${name}`;
      return { kind: 'bind', from: place, to: place, access: 'device' };
    }),
    ...Object.entries(LINKS).map(
      ([name, target]): ViewEntry => ({ kind: 'link', to: `/dev/${name}`, target }),
    ),
    { kind: 'tmpfs', to: '/dev/shm', bytes: disk_bytes },
  ];
}

/** A library that several programs need is put in place once. */
function withoutRepeats(entries: readonly ViewEntry[]): ViewEntry[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    if (entry.kind !== 'bind') return true;
    const isNew = !seen.has(entry.to);
    seen.add(entry.to);
    return isNew;
  });
}
