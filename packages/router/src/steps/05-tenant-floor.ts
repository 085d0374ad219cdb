import { DATA_LABELS, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import type { AcceptedInput } from '@wcp/spec/input';
import type { AcceptedEvaluation } from '../evaluation/evaluation.ts';
import { floorOf, stricter, type TenantFloorSettings } from '../world/settings.ts';

/**
 * After step 5: from here on what the caller says about itself counts as no less strict than the floor of
 * its tenant (R19). It denies nothing.
 */
export function applyTenantFloor(current: AcceptedEvaluation): null {
  const floor = floorOf(current.engine.settings.tenant_floors, current.input.tenant_id);
  if (floor !== null) current.input = raised(current.input, floor);
  return null;
}

/** A copy of an input with the greater of what it says and what the floor demands; its digest is unchanged. */
function raised(input: AcceptedInput, floor: TenantFloorSettings): AcceptedInput {
  return {
    ...input,
    data_label: stricter(DATA_LABELS, input.data_label, floor.data_label),
    tenant_risk: stricter(TENANT_RISKS, input.tenant_risk, floor.tenant_risk),
    qos_class: stricter(QOS_CLASSES, input.qos_class, floor.qos_class),
    canonical: () => input.canonical(),
  };
}
