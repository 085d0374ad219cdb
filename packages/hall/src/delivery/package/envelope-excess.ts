import type { PrivilegeEnvelope } from '@wcp/spec/document';

const LISTS = ['secrets_access', 'filesystem_writes', 'tools', 'egress_allowlist'] as const;
const REACH = { none: 0, allowlisted: 1, unrestricted: 2 } as const;

/**
 * What an enrolled envelope asks for beyond the one that the operator placed beside the package: whoever may enrol a
 * worker must not thereby get a secret, a folder or a host of the machine that it runs on. Null for nothing.
 */
export function envelopeExcess(enrolled: PrivilegeEnvelope, placed: PrivilegeEnvelope): string | null {
  for (const member of LISTS) {
    const allowed = new Set(placed[member] ?? []);
    const more = (enrolled[member] ?? []).find((entry) => !allowed.has(entry));
    if (more !== undefined) return `${member} ${JSON.stringify(more)}`;
  }
  const reach = ({ network_egress = 'unrestricted' }: PrivilegeEnvelope) => REACH[network_egress];
  return reach(enrolled) > reach(placed) ? 'network_egress' : null;
}
