import type { Env, HallConfig } from '@wcp/spec';
import type { DataLabel, QosClass, TenantRisk } from '@wcp/spec/document';

/** How strictly a tenant's requests are judged at least (R19); null demands nothing. */
export interface TenantFloorSettings {
  readonly environments: ReadonlySet<Env> | null;
  readonly data_label: DataLabel | null;
  readonly tenant_risk: TenantRisk | null;
  readonly qos_class: QosClass | null;
}

/** The floors of a Hall by tenant, and under `*` that of every other tenant. */
export type TenantFloors = ReadonlyMap<string, TenantFloorSettings>;

/** The floors that a configuration sets. */
export function tenantFloorsOf({ tenant_floors = {} }: HallConfig): TenantFloors {
  return new Map(
    Object.entries(tenant_floors).map(([tenant, floor]) => [
      tenant,
      {
        environments: floor.environments === undefined ? null : new Set(floor.environments),
        data_label: floor.data_label ?? null,
        tenant_risk: floor.tenant_risk ?? null,
        qos_class: floor.qos_class ?? null,
      },
    ]),
  );
}

/** The floor of a tenant: its own entry whole, else that of `*`, else none. */
export function floorOf(floors: TenantFloors, tenant: string): TenantFloorSettings | null {
  return floors.get(tenant) ?? floors.get('*') ?? null;
}
