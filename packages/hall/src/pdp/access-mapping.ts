import { checkId, type RouteInput } from '@wcp/spec';
import type { AccessEvaluation } from '@wcp/spec/hall';

/** Evaluations that ask for a capability. A member that is absent matches anything; the first row that matches counts. */
interface CapabilityRow {
  /** The `resource.type`. */
  readonly type: string;
  /** The `resource.id`. */
  readonly id?: string | undefined;
  /** The `action.name`. */
  readonly action?: string | undefined;
  readonly capability_id: string;
}

/** How evaluations of AuthZEN become requests of a Hall. */
export interface AccessMapping {
  /** What an evaluation asks for whose context does not say it. */
  readonly defaults?: {
    readonly env?: RouteInput['env'] | undefined;
    readonly data_label?: RouteInput['data_label'] | undefined;
    readonly tenant_risk?: RouteInput['tenant_risk'] | undefined;
    readonly qos_class?: RouteInput['qos_class'] | undefined;
  };
  readonly capabilities?: readonly CapabilityRow[];
}

/** Types whose id is that of a capability, where no row says otherwise. */
const TYPES: ReadonlySet<string> = new Set(['capability', 'tool']);
/** What one does with a capability: `tools/call` is what gateways of MCP ask (COAZ-MCP). */
const ACTIONS: ReadonlySet<string> = new Set(['tools/call', 'call', 'execute', 'invoke']);

/** The capability that an evaluation asks for; null where nothing says which. */
export function capabilityOf(
  { resource, action }: AccessEvaluation,
  { capabilities = [] }: AccessMapping,
): string | null {
  const row = capabilities.find(
    ({ type, id = resource.id, action: name = action.name }) =>
      type === resource.type && id === resource.id && name === action.name,
  );
  if (row !== undefined) return row.capability_id;
  const isCapability = TYPES.has(resource.type) && ACTIONS.has(action.name);
  return isCapability && checkId(resource.id, 'capability').valid ? resource.id : null;
}
