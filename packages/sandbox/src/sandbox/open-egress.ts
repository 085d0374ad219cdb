import type { PrivilegeEnvelope } from '@wcp/spec/document';
import { notContained } from '../base/errors.ts';
import type { PlannedEgress } from './plan.ts';

/** The way out of one sandbox. */
export interface OpenedEgress extends PlannedEgress {
  close(): Promise<void>;
}

/** Opens the way out that an envelope lists; null where it lists none. */
export async function openEgress({ network_egress }: PrivilegeEnvelope): Promise<OpenedEgress | null> {
  if (network_egress !== 'allowlisted') return null;
  throw notContained('No way out is open for the listed hosts.', 'Give the setting egress.');
}
