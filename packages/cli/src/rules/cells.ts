import {
  DATA_LABELS,
  type DataLabel,
  ENVS,
  type Env,
  QOS_CLASSES,
  type QosClass,
  TENANT_RISKS,
  type TenantRisk,
} from '@wcp/spec/document';

/** One of the 144 kinds of request that rules tell apart beside capability and tenant (section 4.1, R5). */
export interface Cell {
  readonly env: Env;
  readonly data_label: DataLabel;
  readonly tenant_risk: TenantRisk;
  readonly qos_class: QosClass;
}

/** The cells of every combination of some values: what one match of a rule can say. */
export type CellBox = { readonly [Name in keyof Cell]: readonly Cell[Name][] };

const DIMENSIONS = ['env', 'data_label', 'tenant_risk', 'qos_class'] as const;
const VALUES: CellBox = {
  env: ENVS,
  data_label: DATA_LABELS,
  tenant_risk: TENANT_RISKS,
  qos_class: QOS_CLASSES,
};

/** Every cell, in the order of the enums. */
export const CELLS: readonly Cell[] = ENVS.flatMap((env) =>
  DATA_LABELS.flatMap((data_label) =>
    TENANT_RISKS.flatMap((tenant_risk) =>
      QOS_CLASSES.map((qos_class) => ({ env, data_label, tenant_risk, qos_class })),
    ),
  ),
);

/** The position of a cell among {@link CELLS}. */
export function cellIndex(cell: Cell): number {
  return DIMENSIONS.reduce((index, name) => index * VALUES[name].length + positionOf(name, cell[name]), 0);
}

function positionOf(name: (typeof DIMENSIONS)[number], value: string): number {
  return (VALUES[name] as readonly string[]).indexOf(value);
}

/** A box as bits: one for each value of each dimension, those of the first dimension lowest. */
type Bits = number;

/** Where the bits of each dimension begin. */
const OFFSETS = DIMENSIONS.map((_, dimension) =>
  DIMENSIONS.slice(0, dimension).reduce((sum, name) => sum + VALUES[name].length, 0),
);
/** The bits of each dimension. */
const MASKS = DIMENSIONS.map((name, dimension) => ((1 << VALUES[name].length) - 1) << offsetOf(dimension));
const CELL_BITS: readonly Bits[] = CELLS.map((cell) =>
  DIMENSIONS.reduce(
    (bits, name, dimension) => bits | (1 << (offsetOf(dimension) + positionOf(name, cell[name]))),
    0,
  ),
);

function offsetOf(dimension: number): number {
  return OFFSETS[dimension] as number;
}

/** The few boxes that hold exactly these cells, none of them twice: no value is joined that was not among them. */
export function boxesOf(cells: Iterable<number>): CellBox[] {
  const points = [...new Set(cells)].sort((a, b) => a - b).map((cell) => CELL_BITS[cell] as Bits);
  const ways = ORDERS.map((order) => order.reduce(mergeAlong, points));
  const best = ways.reduce((least, way) => (way.length < least.length ? way : least));
  return best
    .map((bits) => ({ box: boxOf(bits), first: CELL_BITS.findIndex((cell) => (cell & bits) === cell) }))
    .sort((a, b) => a.first - b.first)
    .map(({ box }) => box);
}

/** Joins boxes that differ in one dimension alone. */
function mergeAlong(boxes: readonly Bits[], dimension: number): readonly Bits[] {
  const others = ~(MASKS[dimension] as number);
  const joined = new Map<number, Bits>();
  for (const box of boxes) joined.set(box & others, (joined.get(box & others) ?? 0) | box);
  return [...joined.values()];
}

/** The orders in which dimensions can be joined; which of them leaves the fewest boxes depends on the cells. */
const ORDERS: readonly (readonly number[])[] = orders([0, 1, 2, 3]);

function orders(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

function boxOf(bits: Bits): CellBox {
  const valuesOf = <T>(values: readonly T[], dimension: number) =>
    values.filter((_, position) => (bits >> (offsetOf(dimension) + position)) & 1);
  return {
    env: valuesOf(ENVS, 0),
    data_label: valuesOf(DATA_LABELS, 1),
    tenant_risk: valuesOf(TENANT_RISKS, 2),
    qos_class: valuesOf(QOS_CLASSES, 3),
  };
}

/** The positions of the cells in a box. */
export function cellsIn({ env, data_label, tenant_risk, qos_class }: CellBox): number[] {
  const isIn = (cell: Cell) =>
    env.includes(cell.env) &&
    data_label.includes(cell.data_label) &&
    tenant_risk.includes(cell.tenant_risk) &&
    qos_class.includes(cell.qos_class);
  return CELLS.flatMap((cell, index) => (isIn(cell) ? [index] : []));
}

/** A box on one line; what it holds of a dimension completely is "any". */
export function boxText(box: CellBox): string {
  return DIMENSIONS.map((name) => {
    const values = box[name];
    return `${name}=${values.length === VALUES[name].length ? 'any' : values.join(',')}`;
  }).join('  ');
}
