import { expect, test } from 'vitest';
import { buildView } from '../../src/view/build-view.ts';
import { bwrapArguments } from '../../src/view/bwrap-arguments.ts';

const view = buildView({
  programs: [
    { kind: 'bind', from: '/usr/bin/node', to: '/opt/node', access: 'read' },
    { kind: 'bind', from: '/lib/libc.so.6', to: '/lib/libc.so.6', access: 'read' },
    { kind: 'bind', from: '/lib/libc.so.6', to: '/lib/libc.so.6', access: 'read' },
  ],
  package: [{ kind: 'file', to: '/worker/main.mjs', bytes: new Uint8Array(1), mode: 0o555 }],
  secrets: { KEY: new Uint8Array(2) },
  network: [],
  binds: [{ kind: 'bind', from: '/srv/out', to: '/srv/out', access: 'write' }],
  disk_bytes: 1_000_000,
});
const settings = { view, env: { A: 'b' }, folder: '/worker', sharesNetwork: false } as const;

test('bubblewrap gets exactly these arguments', () => {
  const descriptors = { seccomp: 6, info: 4, block: 5, files: 8 };
  expect(
    bwrapArguments({ ...settings, descriptors })
      .join(' ')
      .replace(/ --/g, '\n--')
      .split('\n'),
  ).toEqual([
    '--unshare-user',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    '--disable-userns',
    '--die-with-parent',
    '--new-session',
    '--cap-drop ALL',
    '--uid 1000',
    '--gid 1000',
    '--hostname worker',
    '--clearenv',
    '--unshare-net',
    '--setenv A b',
    '--size 65536',
    '--tmpfs /dev',
    '--dev-bind /dev/null /dev/null',
    '--dev-bind /dev/zero /dev/zero',
    '--dev-bind /dev/full /dev/full',
    '--dev-bind /dev/random /dev/random',
    '--dev-bind /dev/urandom /dev/urandom',
    '--symlink /proc/self/fd /dev/fd',
    '--symlink /proc/self/fd/0 /dev/stdin',
    '--symlink /proc/self/fd/1 /dev/stdout',
    '--symlink /proc/self/fd/2 /dev/stderr',
    '--size 1000000',
    '--tmpfs /dev/shm',
    '--proc /proc',
    '--size 4096',
    '--tmpfs /proc/1',
    '--remount-ro /proc/1',
    '--remount-ro /proc',
    '--size 1000000',
    '--tmpfs /tmp',
    '--perms 0444',
    '--file 8 /etc/passwd',
    '--perms 0444',
    '--file 9 /etc/group',
    '--perms 0444',
    '--file 10 /etc/hosts',
    '--perms 0444',
    '--file 11 /etc/nsswitch.conf',
    '--ro-bind /usr/bin/node /opt/node',
    '--ro-bind /lib/libc.so.6 /lib/libc.so.6',
    '--dir /worker',
    '--perms 0555',
    '--file 12 /worker/main.mjs',
    '--perms 0444',
    '--file 13 /run/secrets/KEY',
    '--bind /srv/out /srv/out',
    '--remount-ro /dev',
    '--remount-ro /',
    '--chdir /worker',
    '--seccomp 6',
    '--info-fd 4',
    '--block-fd 5',
  ]);
});

test('only an unrestricted program shares the network of the host', () => {
  const descriptors = { seccomp: 4, files: 5 };
  const closed = bwrapArguments({ ...settings, descriptors });
  const open = bwrapArguments({ ...settings, sharesNetwork: true, descriptors });
  expect(closed.filter((word) => !open.includes(word))).toEqual(['--unshare-net']);
  expect(open).not.toContain('--info-fd');
});
