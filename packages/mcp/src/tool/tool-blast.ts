/** The blast radius of a tool (section 5.12). */
export type ToolBlast = Readonly<Record<'data' | 'network' | 'financial' | 'time' | 'reversibility', number>>;

/** What an operator says about a server. */
export interface BlastPolicy {
  /** The least that each dimension of its tools counts; absent ones are those of {@link USUAL_FLOOR}. */
  readonly floor?: Partial<ToolBlast>;
  /** Whether `readOnlyHint` counts: only the operator can say that a server tells the truth about itself. */
  readonly trusts_annotations?: boolean;
}

/** A tool that writes somewhere that others see, and takes some seconds. */
export const USUAL_FLOOR: ToolBlast = { data: 3, network: 0, financial: 0, time: 1, reversibility: 2 };

/** A tool that says nothing about itself may do anything. */
const UNKNOWN: ToolBlast = { data: 5, network: 5, financial: 5, time: 5, reversibility: 5 };

/**
 * The blast radius of a tool. Its annotations are the words of an untrusted server, so they raise what the operator
 * says and never lower it; one without any counts 25. Only for a server that the operator trusts does `readOnlyHint`
 * make a tool a reader.
 *
 * @example
 * import { blastOf } from '@wcp/mcp';
 *
 * console.log(blastOf({ name: 'read_file' })); // 5 in every dimension: it says nothing about itself
 */
export function blastOf(definition: unknown, policy: BlastPolicy = {}): ToolBlast {
  const floor = { ...USUAL_FLOOR, ...policy.floor };
  const annotations = annotationsOf(definition);
  if (annotations === null) return highest(UNKNOWN, floor);
  const reads = policy.trusts_annotations === true && annotations['readOnlyHint'] === true;
  const base = reads ? { ...floor, ...READS, ...policy.floor } : floor;
  return highest(base, {
    ...NOTHING,
    network: annotations['openWorldHint'] === false ? 0 : 2,
    reversibility: reads || annotations['destructiveHint'] === false ? 0 : 4,
  });
}

/** What a reader touches, where the operator says nothing else. */
const READS: Partial<ToolBlast> = { data: 1, reversibility: 0 };
const NOTHING: ToolBlast = { data: 0, network: 0, financial: 0, time: 0, reversibility: 0 };

/** Null for a tool that has none, or none that says anything about what it does. */
function annotationsOf(definition: unknown): Readonly<Record<string, unknown>> | null {
  const { annotations } = Object(definition) as { annotations?: unknown };
  if (typeof annotations !== 'object' || annotations === null || Array.isArray(annotations)) return null;
  const told = annotations as Readonly<Record<string, unknown>>;
  return HINTS.some((name) => typeof told[name] === 'boolean') ? told : null;
}

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

function highest(one: ToolBlast, other: ToolBlast): ToolBlast {
  const dimensions = Object.keys(one) as (keyof ToolBlast)[];
  return Object.fromEntries(
    dimensions.map((name) => [name, Math.min(5, Math.max(one[name], other[name]))]),
  ) as ToolBlast;
}
