import type { PrivilegeEnvelope } from '@wcp/spec/document';
import type { SandboxLimits } from '../../src/index.ts';

/** A thing that a hostile program tries. */
export interface EscapeRow {
  /** A sentence that says what must not be possible. */
  readonly title: string;
  /** The file of the program; a Python program calls the kernel directly. */
  readonly program: string;
  /** What stops it: a view without the thing, a namespace, the filter of system calls, a limit. */
  readonly stopped_by: 'view' | 'namespace' | 'seccomp' | 'limit' | 'import hook';
  /** What the program gets instead. */
  readonly how: RegExp;
  /** What is given to the program as its arguments: places on the host, filled in by the test. */
  readonly given?: readonly ('host_file' | 'host_pid' | 'host_port' | 'host_socket')[];
  readonly envelope?: PrivilegeEnvelope;
  readonly limits?: Partial<SandboxLimits>;
}

/** Every row: a new one is a line here and a file beside it. */
export const ESCAPES: readonly EscapeRow[] = [
  {
    title: 'reads a file of the host by its path',
    program: 'read-file.mjs',
    stopped_by: 'view',
    how: /^ENOENT$/,
    given: ['host_file'],
  },
  {
    title: 'reads a file of the host through a link that it makes',
    program: 'read-through-link.mjs',
    stopped_by: 'view',
    how: /^ENOENT$/,
    given: ['host_file'],
  },
  {
    title: 'makes a hard link to a file that it may only read',
    program: 'hard-link.mjs',
    stopped_by: 'view',
    how: /^(EROFS|EXDEV|EPERM)$/,
  },
  {
    title: 'goes up from its own folders',
    program: 'climb.mjs',
    stopped_by: 'view',
    how: /^ENOENT$/,
    given: ['host_file'],
  },
  { title: 'replaces its own code', program: 'replace-own-code.mjs', stopped_by: 'view', how: /^EROFS$/ },
  {
    title: 'finds another process of the host in /proc',
    program: 'find-processes.mjs',
    stopped_by: 'namespace',
    how: /^1,2$/,
    given: ['host_pid'],
  },
  {
    title: 'writes to the memory of the process that everything inside ends with',
    program: 'write-init-memory.py',
    stopped_by: 'namespace',
    how: /^ENOENT$/,
  },
  {
    title: 'leaves its root through another process of /proc',
    program: 'proc-root.mjs',
    stopped_by: 'namespace',
    how: /^(EACCES|ENOENT|EPERM)$/,
    given: ['host_file'],
  },
  {
    title: 'signals a process of the host',
    program: 'signal-host.mjs',
    stopped_by: 'namespace',
    how: /^ESRCH$/,
    given: ['host_pid'],
  },
  {
    title: 'reaches a server of the host on loopback',
    program: 'connect-loopback.mjs',
    stopped_by: 'namespace',
    how: /^ECONNREFUSED$/,
    given: ['host_port'],
  },
  {
    title: 'reaches an abstract socket of the host',
    program: 'abstract-socket.py',
    stopped_by: 'namespace',
    how: /^ECONNREFUSED$/,
    given: ['host_socket'],
  },
  {
    title: 'opens a raw, packet, netlink or vsock socket',
    program: 'sockets.py',
    stopped_by: 'seccomp',
    how: /^EPERM,EAFNOSUPPORT,EAFNOSUPPORT,EAFNOSUPPORT$/,
  },
  { title: 'traces another process', program: 'ptrace.py', stopped_by: 'seccomp', how: /^EPERM$/ },
  {
    title: 'makes a namespace in which it would be root',
    program: 'new-namespace.py',
    stopped_by: 'seccomp',
    how: /^EPERM,EPERM,ENOSYS$/,
  },
  { title: 'mounts something', program: 'mount.py', stopped_by: 'seccomp', how: /^EPERM$/ },
  { title: 'reaches the keys of the kernel', program: 'keyring.py', stopped_by: 'seccomp', how: /^EPERM$/ },
  {
    title: 'leaves a program that runs as its owner in a write path',
    program: 'set-id.py',
    stopped_by: 'seccomp',
    how: /^EPERM,EPERM$/,
  },
  { title: 'starts a process without a tool', program: 'fork.py', stopped_by: 'seccomp', how: /^EPERM$/ },
  {
    title: 'runs a program from memory',
    program: 'memory-program.py',
    stopped_by: 'seccomp',
    how: /^EPERM$/,
  },
  {
    title: 'takes memory that belongs to no process',
    program: 'shared-memory.py',
    stopped_by: 'seccomp',
    how: /^EPERM,EPERM$/,
  },
  {
    title: 'imports code from outside of its package',
    program: 'import-outside.mjs',
    stopped_by: 'import hook',
    how: /^The worker loads code from outside/,
  },
  {
    title: 'fills what it may write to',
    program: 'fill-disk.mjs',
    stopped_by: 'limit',
    how: /^ENOSPC$/,
    limits: { disk_bytes: 1_048_576 },
  },
];
