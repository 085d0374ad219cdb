import { expect, test } from 'vitest';
import { limitFiles } from '../../src/limits/cgroup.ts';
import { cgroupPlaces } from '../../src/limits/cgroup-places.ts';
import { rlimitArguments } from '../../src/limits/rlimits.ts';
import { SANDBOX_LIMITS } from '../../src/limits/sandbox-limits.ts';

const V1 = `30 20 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
33 30 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`;

test('under version 1 each controller has a folder of its own', () => {
  expect(cgroupPlaces(V1, '4:memory:/a/b\n3:pids:/\n2:cpu,cpuacct:/c\n0::/\n')).toEqual({
    version: 1,
    memory: '/sys/fs/cgroup/memory/a/b',
    pids: '/sys/fs/cgroup/pids',
    cpuacct: '/sys/fs/cgroup/cpu,cpuacct/c',
  });
});

test('under version 2 there is one folder, also where a part of the tree is all that is mounted', () => {
  const mount = (root: string) => `34 30 0:30 ${root} /sys/fs/cgroup\\040x rw - cgroup2 cgroup2 rw`;
  const unified = (root: string, path: string) => cgroupPlaces(mount(root), `0::${path}\n`);
  expect(unified('/', '/user.slice/a')).toEqual({ version: 2, unified: '/sys/fs/cgroup x/user.slice/a' });
  expect(unified('/', '/')).toEqual({ version: 2, unified: '/sys/fs/cgroup x' });
  expect(unified('/docker/1', '/docker/1/own')).toEqual({ version: 2, unified: '/sys/fs/cgroup x/own' });
  expect(unified('/docker/1', '/docker/12')).toBe(null);
  expect(unified('/', '/../other')).toBe(null);
});

test('what cannot be read is no place', () => {
  expect(cgroupPlaces('', '')).toBe(null);
  expect(cgroupPlaces(V1, '4:memory:/a\n')).toBe(null);
  expect(cgroupPlaces('junk - - -\nmore junk', 'junk\n0::')).toBe(null);
});

test('the limits are written to these files', () => {
  const limits = { ...SANDBOX_LIMITS, memory_mb: 100, processes: 20 };
  const v1 = { version: 1, memory: '/m', pids: '/p', cpuacct: null } as const;
  expect(limitFiles(v1, limits).map(({ file, text }) => `${file}=${text}`)).toEqual([
    '/m/memory.limit_in_bytes=104857600',
    '/m/memory.memsw.limit_in_bytes=104857600',
    '/p/pids.max=21',
  ]);
  expect(
    limitFiles({ version: 2, unified: '/u' }, limits).map(({ file, text }) => `${file}=${text}`),
  ).toEqual(['/u/memory.max=104857600', '/u/memory.swap.max=0', '/u/memory.oom.group=1', '/u/pids.max=21']);
});

test('prlimit gets exactly these arguments', () => {
  expect(rlimitArguments(7, { ...SANDBOX_LIMITS, cpu_seconds: 1.5 })).toEqual([
    '--pid',
    '7',
    '--core=1',
    '--memlock=0',
    '--msgqueue=0',
    '--rtprio=0',
    '--nproc=65',
    '--nofile=256',
    '--fsize=67108864',
    '--cpu=3',
    '--data=1610612736',
  ]);
});
