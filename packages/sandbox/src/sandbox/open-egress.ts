import type { User } from '../base/user.ts';
import { EgressBroker } from '../egress/egress-broker.ts';
import { runtimeOf } from '../view/runtime/find-runtime.ts';
import type { SandboxOptions } from './options.ts';
import type { PlannedEgress } from './plan.ts';

/** The way out of one sandbox. */
export interface OpenedEgress extends PlannedEgress {
  close(): Promise<void>;
}

/** Opens the way out that an envelope lists; null where it lists none. */
export async function openEgress(options: SandboxOptions, user: User | null): Promise<OpenedEgress | null> {
  const { network_egress, egress_allowlist = [], tools = [] } = options.envelope;
  if (network_egress !== 'allowlisted') return null;
  const { kind } = await runtimeOf(options.command, options.package);
  return EgressBroker.open({
    ...options.egress,
    allowlist: egress_allowlist,
    // A Node program takes the way by itself; what it starts does not.
    forwarder: kind !== 'node' || tools.length > 0,
    ...(user === null ? {} : { user }),
  });
}
