import type { EscapeRow } from './escape-row.ts';

const hidden = { stopped_by: 'namespace', how: /^(ENOENT|EACCES|ESRCH)$/ } as const;
const nobody = { stopped_by: 'namespace', how: /^ESRCH$/ } as const;
const refused = { stopped_by: 'seccomp', how: /^EPERM$/ } as const;
const ROOT_ONLY = { to: 'unprivileged', why: 'only root may do it at all' } as const;

const inProc = (title: string, place: string): EscapeRow => ({
  title,
  program: 'read-file.mjs',
  tries: `reads /proc/…/${place.replace('{fd}', '…').replace(/\{.*/, '…')}`,
  words: [`/proc/{pid}/${place}`],
  expect: hidden,
});

const signalled = (title: string, signal: string): EscapeRow => ({
  title,
  program: 'signal.mjs',
  tries: `sends it ${signal}`,
  words: ['{victim}', signal],
  expect: nobody,
});

/** The Hall and other workers by way of /proc, of system calls, of signals, and of what processes share. */
export const PROCESSES: readonly EscapeRow[] = [
  {
    title: 'Another process of the host is found.',
    program: 'find-process.mjs',
    tries: 'lists /proc',
    words: ['{pid}'],
    expect: { stopped_by: 'namespace', how: /^1,2$/ },
  },
  inProc('The environment of another process is read.', 'environ'),
  inProc('A file is read that another process has open.', 'fd/{fd}'),
  inProc('The key is read through the root of another process.', 'root{signing_key}'),
  inProc('The key is read through the folder that another process is in.', 'cwd/signing.pem'),
  {
    title: 'The worker writes into the answers of another job.',
    program: 'write-file.mjs',
    tries: 'opens the pipe that another worker writes to',
    words: ['/proc/{pid}/fd/{output_fd}'],
    expect: hidden,
  },
  {
    title: 'The memory of another process is read through /proc.',
    program: 'read-memory.py',
    tries: 'opens /proc/…/mem',
    words: ['{pid}', '{address}'],
    expect: hidden,
  },
  {
    title: 'The memory of another process is written through /proc.',
    program: 'write-memory.py',
    tries: 'opens /proc/…/mem',
    words: ['{pid}', '{address}'],
    expect: hidden,
  },
  {
    title: 'The process that everything inside ends with is changed.',
    program: 'write-init-memory.py',
    tries: 'opens the memory of process 1',
    expect: hidden,
    unshown: { to: 'anyone', why: 'process 1 of the host is not one that the test may write to' },
  },
  {
    title: 'The root of the host is reached through process 1.',
    program: 'root-of-init.mjs',
    tries: 'reads /proc/1/root and /proc/self/root',
    words: ['{signing_key}'],
    expect: hidden,
  },
  {
    title: 'A setting of the kernel is changed.',
    program: 'write-file.mjs',
    tries: 'opens /proc/sys/kernel/core_pattern for writing',
    words: ['/proc/sys/kernel/core_pattern'],
    expect: { stopped_by: 'view', how: /^(EACCES|EROFS|EPERM)$/ },
    unshown: ROOT_ONLY,
  },
  {
    title: 'The machine is restarted by a key of the kernel.',
    program: 'write-file.mjs',
    tries: 'opens /proc/sysrq-trigger for writing',
    words: ['/proc/sysrq-trigger'],
    expect: { stopped_by: 'view', how: /^(EACCES|EROFS|EPERM|ENOENT)$/ },
    unshown: { to: 'anyone', why: 'not every kernel has such a key' },
  },
  {
    title: 'The worker leaves its control group.',
    program: 'write-file.mjs',
    tries: 'opens the list of another group’s processes for writing',
    words: ['{cgroup}'],
    expect: { stopped_by: 'view', how: /^ENOENT$/ },
    unshown: ROOT_ONLY,
  },
  {
    title: 'Another process is traced.',
    program: 'trace.py',
    tries: 'calls ptrace',
    words: ['{pid}'],
    expect: refused,
  },
  {
    title: 'The memory of another process is read by a system call.',
    program: 'move-memory.py',
    tries: 'calls process_vm_readv',
    words: ['{pid}', '{address}', 'read'],
    expect: refused,
  },
  {
    title: 'The memory of another process is written by a system call.',
    program: 'move-memory.py',
    tries: 'calls process_vm_writev',
    words: ['{pid}', '{address}', 'write'],
    expect: refused,
  },
  {
    title: 'A descriptor of another process is taken.',
    program: 'take-descriptor.py',
    tries: 'calls pidfd_open and pidfd_getfd',
    words: ['{pid}', '{fd}'],
    expect: { stopped_by: 'seccomp', how: /,EPERM$/ },
  },
  signalled('The debugger of the Hall is opened.', 'SIGUSR1'),
  signalled('The Hall is stopped.', 'SIGSTOP'),
  signalled('The Hall is killed.', 'SIGKILL'),
  {
    title: 'Another process is signalled by a descriptor of it.',
    program: 'signal-by-descriptor.py',
    tries: 'calls pidfd_open and pidfd_send_signal',
    words: ['{victim}'],
    expect: nobody,
  },
  {
    title: 'Every process is signalled at once.',
    program: 'signal-everyone.py',
    tries: 'signals process -1',
    expect: nobody,
  },
  {
    title: 'The limits of another process are read and changed.',
    program: 'change-limits.py',
    tries: 'calls prlimit',
    words: ['{pid}'],
    expect: nobody,
  },
  {
    title: 'The priority of another process is changed.',
    program: 'change-priority.py',
    tries: 'calls setpriority',
    words: ['{pid}'],
    expect: nobody,
  },
  {
    title: 'Shared memory of another process is read.',
    program: 'shared-memory.py',
    tries: 'calls shmget and shmat with its key and its number',
    words: ['{shared_key}', '{shared_id}'],
    expect: { stopped_by: 'seccomp', how: /^EPERM,(EINVAL|EIDRM|EACCES)$/ },
  },
  {
    title: 'A file in the shared memory of the host is read.',
    program: 'read-file.mjs',
    tries: 'opens it in /dev/shm',
    words: ['{shared_file}'],
    expect: { stopped_by: 'view', how: /^ENOENT$/ },
  },
  {
    title: 'Memory is taken that belongs to no process.',
    program: 'ownerless-memory.py',
    tries: 'calls shmget and msgget',
    expect: { stopped_by: 'seccomp', how: /^EPERM,EPERM$/ },
  },
  {
    title: 'A message queue of the kernel is made.',
    program: 'message-queue.py',
    tries: 'calls mq_open',
    expect: refused,
    unshown: { to: 'anyone', why: 'the kernel of a small machine has no message queues' },
  },
  {
    title: 'An abstract socket of the host is reached.',
    program: 'abstract-socket.py',
    tries: 'connects to its name',
    words: ['{abstract}'],
    expect: { stopped_by: 'namespace', how: /^ECONNREFUSED$/ },
  },
  {
    title: 'The D-Bus of the host is reached.',
    program: 'connect-path.mjs',
    tries: 'connects to the socket at its path and says who it is',
    words: ['{bus}'],
    expect: { stopped_by: 'view', how: /^ENOENT$/ },
  },
];
