import type { RunContext } from '@wcp/worker-kit';

/** Whose documents a request may see, and up to which label. */
export interface Access {
  readonly tenant: string;
  /** The place of the label, from open to closed. */
  readonly label: number;
}

const LABELS: readonly string[] = ['PUBLIC', 'INTERNAL', 'RESTRICTED'];

/** What a dispatch may see: documents of its own tenant that are no more closed than itself. */
export function accessOf({ tenant_id, data_label }: RunContext): Access {
  return { tenant: tenant_id, label: LABELS.indexOf(data_label) };
}
