import type { EscapeRow } from './escape-row.ts';

const refused = { stopped_by: 'seccomp', how: /^EPERM$/ } as const;
const ROOT_ONLY = { to: 'unprivileged', why: 'only root may do it at all' } as const;
const FACTS =
  'A worker sees facts of the machine in /proc: its processors, memory, load and kernel, and the paths on the host of what is bound into its view.';

/** Interfaces of the kernel, other rights, sandboxes in the sandbox, and what can be learned of the machine. */
export const KERNEL: readonly EscapeRow[] = [
  {
    title: 'A namespace is made in which the worker is root.',
    program: 'new-namespace.py',
    tries: 'calls clone, clone3 and unshare',
    expect: { stopped_by: 'seccomp', how: /^EPERM,ENOSYS,EPERM$/ },
  },
  {
    title: 'A sandbox in the sandbox gives other rights.',
    program: 'start-program.mjs',
    tries: 'runs bubblewrap',
    words: ['{bwrap}', '--ro-bind', '/', '/', '{bwrap}', '--version'],
    envelope: { network_egress: 'none', tools: ['{bwrap}'] },
    expect: { stopped_by: 'seccomp', how: /Command failed.*bwrap/ },
  },
  {
    title: 'Something is mounted.',
    program: 'mount.py',
    tries: 'calls mount, in a namespace of its own where it gets one',
    expect: refused,
  },
  {
    title: 'The worker gets another root.',
    program: 'change-root.py',
    tries: 'calls chroot',
    expect: refused,
    unshown: ROOT_ONLY,
  },
  {
    title: 'Keys are read that the kernel holds.',
    program: 'keyring.py',
    tries: 'calls keyctl',
    expect: refused,
  },
  {
    title: 'A program is loaded into the kernel.',
    program: 'load-into-kernel.py',
    tries: 'calls bpf',
    expect: refused,
    unshown: ROOT_ONLY,
  },
  {
    title: 'The processor is watched while others use it.',
    program: 'watch-processor.py',
    tries: 'calls perf_event_open',
    expect: refused,
    unshown: { to: 'anyone', why: 'many machines have no such counters' },
  },
  {
    title: 'The kernel is held up in the middle of a copy.',
    program: 'hold-up-kernel.py',
    tries: 'calls userfaultfd',
    expect: refused,
  },
  {
    title: 'System calls are made that no filter sees.',
    program: 'unfiltered-calls.py',
    tries: 'calls io_uring_setup',
    expect: { stopped_by: 'seccomp', how: /^ENOSYS$/ },
  },
  {
    title: 'A file is opened by its number, past every folder.',
    program: 'open-by-number.py',
    tries: 'calls name_to_handle_at and open_by_handle_at',
    words: ['{writes}/readable', '{writes}/readable'],
    envelope: { network_egress: 'none', filesystem_writes: ['{writes}'] },
    expect: { stopped_by: 'seccomp', how: /^EPERM,EPERM$/ },
    unshown: ROOT_ONLY,
  },
  {
    title: 'The machine gets another name.',
    program: 'name-machine.py',
    tries: 'calls sethostname',
    expect: refused,
    unshown: ROOT_ONLY,
  },
  {
    title: 'The log of the kernel is read by a system call.',
    program: 'read-kernel-log.py',
    tries: 'calls syslog',
    expect: refused,
    unshown: ROOT_ONLY,
  },
  {
    title: 'The worker becomes root.',
    program: 'become-root.py',
    tries: 'calls setuid',
    expect: { stopped_by: 'user', how: /^EINVAL$/ },
    unshown: ROOT_ONLY,
  },
  {
    title: 'A program is left behind that runs with its owner’s rights.',
    program: 'set-id.py',
    tries: 'sets the mode of a file in a write path',
    expect: { stopped_by: 'seccomp', how: /^EPERM,EPERM$/ },
  },
  {
    title: 'A tool gives the rights of its owner.',
    program: 'run-set-id.mjs',
    tries: 'runs a program of root’s with the set-user-ID bit',
    words: ['{set_id}'],
    envelope: { network_egress: 'none', tools: ['{set_id}'] },
    expect: { stopped_by: 'user', how: /^1000$/ },
  },
  {
    title: 'The worker learns about the machine.',
    program: 'machine-facts.mjs',
    tries: 'reads /proc/meminfo, cpuinfo, loadavg, version and stat',
    expect: { open: 'runtimes need them, and no namespace separates them', says: FACTS },
  },
  {
    title: 'The worker learns where its folders are on the host.',
    program: 'mount-paths.mjs',
    tries: 'reads /proc/self/mountinfo',
    words: ['{writes}'],
    envelope: { network_egress: 'none', filesystem_writes: ['{writes}'] },
    expect: { open: 'the kernel tells a process what is mounted where', says: FACTS },
    unshown: { to: 'anyone', why: 'nothing is mounted for a program that nothing contains' },
  },
];
