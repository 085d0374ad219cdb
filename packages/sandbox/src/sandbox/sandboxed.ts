import { notContained } from '../base/errors.ts';
import { isRoot, nextUser } from '../base/user.ts';
import { endOrphans } from '../limits/remove-stale.ts';
import { probeSandbox } from '../probe/probe-sandbox.ts';
import { contain } from './contain.ts';
import { runDeclared } from './declared.ts';
import { openEgress } from './open-egress.ts';
import type { SandboxOptions } from './options.ts';
import type { Sandboxed } from './running.ts';

/**
 * Runs a program inside a privilege envelope (WCP section 4.2), and says what of it is enforced.
 *
 * Rejects with `ERR_WCP_NOT_CONTAINED` where this machine cannot contain a program, and with `ERR_WCP_SANDBOX` for
 * options that no sandbox can be made of.
 *
 * @example
 * import { sandboxed } from '@wcp/sandbox';
 *
 * const program = { path: 'main.js', bytes: Buffer.from('console.log(process.getuid())') };
 * const { process: child, enforcement, close } = await sandboxed({
 *   command: ['node', 'main.js'],
 *   package: [program],
 *   envelope: { network_egress: 'none' },
 * });
 * child.stdout?.pipe(process.stdout);
 * console.log(enforcement.network_egress); // { level: 'enforced', by: 'bubblewrap' }
 * await close();
 */
export async function sandboxed(options: SandboxOptions): Promise<Sandboxed> {
  const probe = await probeSandbox();
  if (!probe.is_contained && options.isolation === 'declared') return runDeclared(options);
  if (!probe.is_contained) throw notContained(probe.reason ?? '', probe.remedy ?? '');
  endLeftOver();
  const user = isRoot() ? (options.user ?? nextUser()) : null;
  const egress = await openEgress(options.envelope);
  try {
    return await contain(options, user, egress);
  } catch (error) {
    await egress?.close();
    throw error;
  }
}

let isTidy = false;

/** Once: this process ties whatever it starts to itself. */
function endLeftOver(): void {
  if (!isTidy) endOrphans();
  isTidy = true;
}
