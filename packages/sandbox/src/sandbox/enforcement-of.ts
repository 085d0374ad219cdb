import type { PrivilegeEnvelope } from '@wcp/spec/document';
import type { Enforcement, EnforcementLevel, MemberEnforcement } from '../base/enforcement.ts';

/** What decides how far each member is enforced. */
export interface EnforcementInput {
  readonly envelope: PrivilegeEnvelope;
  readonly memory: 'cgroup-v1' | 'cgroup-v2' | 'sampled';
  readonly mayStartProcesses: boolean;
  readonly writesToHost: boolean;
}

/** What is enforced of a contained program. */
export function enforcementOf(input: EnforcementInput): Enforcement {
  const { memory, mayStartProcesses, writesToHost } = input;
  const counted = memory === 'sampled' ? row('sampled', 'sampler') : row('enforced', memory);
  return {
    filesystem_writes: row('enforced', 'bubblewrap'),
    network_egress: networkEgress(input.envelope),
    secrets_access: row('enforced', 'bubblewrap'),
    // A program in a write path can be started by a tool: neither is mounted without execution.
    tools: mayStartProcesses ? row('partial', 'bubblewrap') : row('enforced', 'seccomp'),
    code: row('enforced', 'bubblewrap'),
    memory: counted,
    processes: row('enforced', memory === 'sampled' ? 'rlimit' : memory),
    // The kernel counts the time of each process for itself.
    cpu: mayStartProcesses ? row('sampled', 'sampler') : row('enforced', 'rlimit'),
    disk: writesToHost ? row('none', null) : row('enforced', 'tmpfs'),
    wall_time: row('enforced', 'timer'),
    file_size: row('enforced', 'rlimit'),
    open_files: row('enforced', 'rlimit'),
    output: row('enforced', 'pipe'),
  };
}

function networkEgress({ network_egress }: PrivilegeEnvelope): MemberEnforcement {
  if (network_egress === 'none') return row('enforced', 'bubblewrap');
  if (network_egress === 'allowlisted') return row('enforced', 'egress');
  return row('none', null);
}

/** What is enforced of a program that runs with nothing but its word. */
export const DECLARED: Enforcement = {
  filesystem_writes: row('declared', null),
  network_egress: row('declared', null),
  secrets_access: row('declared', null),
  tools: row('declared', null),
  code: row('declared', null),
  memory: row('sampled', 'sampler'),
  processes: row('sampled', 'sampler'),
  cpu: row('sampled', 'sampler'),
  disk: row('none', null),
  wall_time: row('enforced', 'timer'),
  file_size: row('none', null),
  open_files: row('none', null),
  output: row('enforced', 'pipe'),
};

function row(level: EnforcementLevel, by: string | null): MemberEnforcement {
  return { level, by };
}
