/** The four environments (section 3, R4). */
export const ENVS = ['dev', 'stage', 'prod', 'edge'] as const;
/** The three data labels, from open to closed. */
export const DATA_LABELS = ['PUBLIC', 'INTERNAL', 'RESTRICTED'] as const;
/** The three tenant risks, from low to high. */
export const TENANT_RISKS = ['low', 'medium', 'high'] as const;
/** The four QoS classes, from critical to background. */
export const QOS_CLASSES = ['P0', 'P1', 'P2', 'P3'] as const;

/** One of {@link ENVS}. */
export type Env = (typeof ENVS)[number];
/** One of {@link DATA_LABELS}. */
export type DataLabel = (typeof DATA_LABELS)[number];
/** One of {@link TENANT_RISKS}. */
export type TenantRisk = (typeof TENANT_RISKS)[number];
/** One of {@link QOS_CLASSES}. */
export type QosClass = (typeof QOS_CLASSES)[number];
