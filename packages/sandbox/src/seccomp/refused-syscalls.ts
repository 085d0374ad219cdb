import type { ArgumentTest, SyscallRule } from './syscall-rule.ts';

/** What a group of system calls is refused for, and the calls: name, number on x86-64, number on arm64. */
interface RefusedGroup extends Pick<SyscallRule, 'reason' | 'when' | 'error'> {
  readonly calls: readonly (readonly [string, number | null, number | null])[];
}

const CLONE_NEW_ANY = 0x7e02_0080;
const CLONE_THREAD = 0x0001_0000;
const SOCKETS = { unix: 1, inet: 2, inet6: 10 };
/** The kind of a socket without its flags: 3 is raw, 10 is a packet socket. */
const RAW_SOCKET: ArgumentTest = { argument: 1, mask: 0xf, is: [3, 10] };
const O_CREAT = 0o100;
/** Put a character into the input of a terminal, or paste into it. */
const TERMINAL_INPUT = [0x5412, 0x541c];
const PERSONALITIES = [0, 0xffff_ffff];

/** A mode with the bits that make a program run as its owner. */
function setsId(argument: number): ArgumentTest {
  return { argument, mask: 0o6000, is: { not: [0] } };
}

function creates(argument: number): ArgumentTest {
  return { argument, mask: O_CREAT, is: [O_CREAT] };
}

const GROUPS: readonly RefusedGroup[] = [
  {
    reason: 'reads and writes the memory of another process, or takes its descriptors',
    calls: [
      ['ptrace', 101, 117],
      ['process_vm_readv', 310, 270],
      ['process_vm_writev', 311, 271],
      ['process_madvise', 440, 440],
      ['process_mrelease', 448, 448],
      ['pidfd_getfd', 438, 438],
      ['kcmp', 312, 272],
    ],
  },
  {
    reason: 'changes what is mounted where',
    calls: [
      ['mount', 165, 40],
      ['umount2', 166, 39],
      ['pivot_root', 155, 41],
      ['chroot', 161, 51],
      ['move_mount', 429, 429],
      ['open_tree', 428, 428],
      ['fsopen', 430, 430],
      ['fsconfig', 431, 431],
      ['fsmount', 432, 432],
      ['fspick', 433, 433],
      ['mount_setattr', 442, 442],
    ],
  },
  {
    reason: 'enters or makes a namespace: most holes of the kernel begin with one',
    calls: [
      ['unshare', 272, 97],
      ['setns', 308, 268],
    ],
  },
  {
    reason: 'makes a namespace along with a process',
    when: [{ argument: 0, mask: CLONE_NEW_ANY, is: { not: [0] } }],
    calls: [['clone', 56, 220]],
  },
  {
    reason: 'has its flags in memory, where no filter can read them; programs then use clone',
    error: 'ENOSYS',
    calls: [['clone3', 435, 435]],
  },
  {
    reason: 'loads programs into the kernel, or watches it',
    calls: [
      ['bpf', 321, 280],
      ['perf_event_open', 298, 241],
      ['uretprobe', 335, null],
      ['init_module', 175, 105],
      ['finit_module', 313, 273],
      ['delete_module', 176, 106],
      ['create_module', 174, null],
      ['query_module', 178, null],
      ['kexec_load', 246, 104],
      ['kexec_file_load', 320, 294],
      ['syslog', 103, 116],
      ['lookup_dcookie', 212, 18],
    ],
  },
  {
    reason: 'reaches the keys that the kernel holds, which no namespace separates',
    calls: [
      ['add_key', 248, 217],
      ['request_key', 249, 218],
      ['keyctl', 250, 219],
    ],
  },
  {
    reason: 'holds the kernel up in the middle of a copy: a tool for exploits',
    calls: [
      ['userfaultfd', 323, 282],
      ['vmsplice', 278, 75],
      ['remap_file_pages', 216, 234],
      ['move_pages', 279, 239],
      ['migrate_pages', 256, 238],
    ],
  },
  {
    reason: 'does system calls that no filter sees',
    error: 'ENOSYS',
    calls: [
      ['io_uring_setup', 425, 425],
      ['io_uring_enter', 426, 426],
      ['io_uring_register', 427, 427],
    ],
  },
  {
    reason: 'opens files by number, past every folder, or watches those of others',
    calls: [
      ['name_to_handle_at', 303, 264],
      ['open_by_handle_at', 304, 265],
      ['fanotify_init', 300, 262],
      ['fanotify_mark', 301, 263],
    ],
  },
  {
    reason: 'changes the machine: clock, swap, quotas, names, ports',
    calls: [
      ['reboot', 169, 142],
      ['swapon', 167, 224],
      ['swapoff', 168, 225],
      ['acct', 163, 89],
      ['quotactl', 179, 60],
      ['quotactl_fd', 443, 443],
      ['settimeofday', 164, 170],
      ['clock_settime', 227, 112],
      ['clock_adjtime', 305, 266],
      ['adjtimex', 159, 171],
      ['sethostname', 170, 161],
      ['setdomainname', 171, 162],
      ['vhangup', 153, 58],
      ['iopl', 172, null],
      ['ioperm', 173, null],
    ],
  },
  {
    reason: 'is old, and nothing needs it',
    calls: [
      ['modify_ldt', 154, null],
      ['uselib', 134, null],
      ['ustat', 136, null],
      ['sysfs', 139, null],
      ['_sysctl', 156, null],
      ['nfsservctl', 180, 42],
    ],
  },
  {
    reason: 'weakens the protection of memory, or acts as another kernel',
    when: [{ argument: 0, is: { not: PERSONALITIES } }],
    calls: [['personality', 135, 92]],
  },
  {
    reason: 'holds memory that belongs to no process, so that nothing counts it',
    calls: [
      ['memfd_create', 319, 279],
      ['memfd_secret', 447, 447],
      ['shmget', 29, 194],
      ['msgget', 68, 186],
      ['semget', 64, 190],
      ['mq_open', 240, 180],
    ],
  },
  {
    reason: 'runs a program that has no name',
    calls: [['execveat', 322, 281]],
  },
  {
    reason: 'reaches kernel interfaces other than local and internet sockets: netlink, packet, vsock, crypto',
    error: 'EAFNOSUPPORT',
    when: [{ argument: 0, is: { not: Object.values(SOCKETS) } }],
    calls: [
      ['socket', 41, 198],
      ['socketpair', 53, 199],
    ],
  },
  {
    reason: 'reads and forges packets below TCP and UDP',
    when: [{ argument: 0, is: [SOCKETS.inet, SOCKETS.inet6] }, RAW_SOCKET],
    calls: [['socket', 41, 198]],
  },
  {
    reason: 'types into the terminal of whoever started the sandbox',
    when: [{ argument: 1, is: TERMINAL_INPUT }],
    calls: [['ioctl', 16, 29]],
  },
  {
    reason: 'leaves a program in a write path that others would run with the rights of its owner',
    when: [setsId(1)],
    calls: [
      ['chmod', 90, null],
      ['fchmod', 91, 52],
      ['creat', 85, null],
      ['mkdir', 83, null],
      ['mknod', 133, null],
    ],
  },
  {
    reason: 'leaves a program in a write path that others would run with the rights of its owner',
    when: [setsId(2)],
    calls: [
      ['fchmodat', 268, 53],
      ['fchmodat2', 452, 452],
      ['mkdirat', 258, 34],
      ['mknodat', 259, 33],
    ],
  },
  {
    reason: 'leaves a program in a write path that others would run with the rights of its owner',
    when: [creates(1), setsId(2)],
    calls: [['open', 2, null]],
  },
  {
    reason: 'leaves a program in a write path that others would run with the rights of its owner',
    when: [creates(2), setsId(3)],
    calls: [['openat', 257, 56]],
  },
  {
    reason: 'has its mode in memory, where no filter can read it; programs then use openat',
    error: 'ENOSYS',
    calls: [['openat2', 437, 437]],
  },
];

/** What every contained program is refused. */
export const REFUSED_SYSCALLS: readonly SyscallRule[] = rulesOf(GROUPS);

/** What a program is refused in addition where its envelope has no tools: any process but its own. */
export const REFUSED_WITHOUT_TOOLS: readonly SyscallRule[] = rulesOf([
  {
    reason: 'starts a process, and the envelope has no tools',
    calls: [
      ['fork', 57, null],
      ['vfork', 58, null],
    ],
  },
  {
    reason: 'starts a process instead of a thread, and the envelope has no tools',
    when: [{ argument: 0, mask: CLONE_THREAD, is: [0] }],
    calls: [['clone', 56, 220]],
  },
]);

function rulesOf(groups: readonly RefusedGroup[]): SyscallRule[] {
  return groups.flatMap(({ calls, ...rest }) =>
    calls.map(([name, x64, arm64]) => ({ name, x64, arm64, ...rest })),
  );
}
