import { findProgram } from '../base/find-program.ts';
import { isRoot, nextUser } from '../base/user.ts';
import { findCgroupRoot } from '../limits/cgroup.ts';
import { isMachine } from '../seccomp/build-filter.ts';
import { installCommand } from './install-command.ts';
import { runBoxed } from './run-boxed.ts';

/** What this machine can enforce. */
export interface SandboxProbe {
  /** Whether a program can be contained here. */
  readonly is_contained: boolean;
  /** What contains it; null where nothing does. */
  readonly by: 'bubblewrap' | null;
  readonly version: string | null;
  /** What counts the memory of a contained program; null where none can be contained. */
  readonly memory: 'cgroup-v1' | 'cgroup-v2' | 'sampled' | null;
  /** Why no program can be contained; null where one can. */
  readonly reason: string | null;
  /** The command that mends it; null where none does. */
  readonly remedy: string | null;
}

/** A system that has no such switch says so, and goes on. */
const NAMESPACES =
  'sysctl -e -w user.max_user_namespaces=10000 kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0';

const probed = new Map<string, Promise<SandboxProbe>>();

/**
 * What this machine can enforce: bubblewrap is run once with all that a sandbox is made of. Asked again with another
 * PATH, it looks again; otherwise it knows.
 *
 * @example
 * import { probeSandbox } from '@wcp/sandbox';
 *
 * const { is_contained, reason, remedy } = await probeSandbox();
 * if (!is_contained) console.error(reason, remedy);
 */
export async function probeSandbox(): Promise<SandboxProbe> {
  const key = process.env['PATH'] ?? '';
  const known = probed.get(key) ?? probe();
  probed.set(key, known);
  return known;
}

async function probe(): Promise<SandboxProbe> {
  if (process.platform !== 'linux' || !isMachine(process.arch)) {
    const reason = `Programs are contained on Linux on x86-64 or arm64 only; this is ${process.platform} on ${process.arch}.`;
    return uncontained(reason, null);
  }
  const [bwrap, prlimit] = await Promise.all(['bwrap', 'prlimit'].map((name) => findProgram(name)));
  if (bwrap == null)
    return uncontained('bubblewrap (bwrap) is not on PATH.', await installCommand('bubblewrap'));
  if (prlimit == null) return uncontained('prlimit is not on PATH.', await installCommand('util-linux'));
  const { version, fault } = await runBoxed(bwrap, process.arch, isRoot() ? nextUser() : null);
  // Before 0.8 it has no option to forbid further namespaces.
  if (fault?.includes('Unknown option'))
    return uncontained(`bubblewrap is older than 0.8: ${fault}.`, await installCommand('bubblewrap'));
  if (fault !== null) {
    const remedy = isRoot() ? NAMESPACES : `sudo ${NAMESPACES}`;
    return uncontained(`bubblewrap makes no sandbox here: ${fault}.`, remedy);
  }
  const root = findCgroupRoot();
  const memory = root === null ? 'sampled' : (`cgroup-v${root.version}` as const);
  return { is_contained: true, by: 'bubblewrap', version, memory, reason: null, remedy: null };
}

function uncontained(reason: string, remedy: string | null): SandboxProbe {
  return { is_contained: false, by: null, version: null, memory: null, reason, remedy };
}
