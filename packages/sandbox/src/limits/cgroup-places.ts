/** Where this process is in the control groups of the machine, as far as a sandbox needs them. */
export type CgroupPlaces =
  | { readonly version: 1; readonly memory: string; readonly pids: string; readonly cpuacct: string | null }
  | { readonly version: 2; readonly unified: string };

interface Mount {
  readonly root: string;
  readonly place: string;
  readonly type: string;
  readonly options: readonly string[];
}

/**
 * The folders of this process's own control groups: from /proc/self/mountinfo and /proc/self/cgroup. Null where there
 * are none that count both memory and processes.
 */
export function cgroupPlaces(mountinfo: string, cgroup: string): CgroupPlaces | null {
  const mounts = mountinfo.split('\n').flatMap(readMount);
  const groups = cgroup.split('\n').flatMap(readGroup);
  const v1 = (controller: string) => {
    const mount = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller));
    const group = groups.find(({ controllers }) => controllers.includes(controller));
    return mount === undefined || group === undefined ? null : placeOf(mount, group.path);
  };
  const [memory, pids, cpuacct] = [v1('memory'), v1('pids'), v1('cpuacct')];
  if (memory !== null && pids !== null) return { version: 1, memory, pids, cpuacct };
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  const group = groups.find(({ controllers }) => controllers.length === 0);
  const unified = mount === undefined || group === undefined ? null : placeOf(mount, group.path);
  return unified === null ? null : { version: 2, unified };
}

function readMount(line: string): Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root, place] = before.split(' ');
  const [type, , options = ''] = after.split(' ');
  if (root === undefined || place === undefined || type === undefined) return [];
  return [{ root: plain(root), place: plain(place), type, options: options.split(',') }];
}

/** The kernel writes white space in paths as octal numbers. */
function plain(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function readGroup(line: string): { readonly controllers: readonly string[]; readonly path: string }[] {
  const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return [];
  return [{ controllers: controllers.split(',').filter(Boolean), path }];
}

/** Null where the group is not below what is mounted, as in a container that sees a part only. */
function placeOf({ root, place }: Mount, path: string): string | null {
  if (path.startsWith('/..')) return null;
  if (root === '/') return path === '/' ? place : place + path;
  if (path !== root && !path.startsWith(`${root}/`)) return null;
  return place + path.slice(root.length);
}
