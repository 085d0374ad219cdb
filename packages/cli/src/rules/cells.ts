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

/** For each dimension the positions of its values, as a mask of bits. */
type Masks = readonly number[];

/** The few boxes that hold exactly these cells, none of them twice: no value is joined that was not among them. */
export function boxesOf(cells: Iterable<number>): CellBox[] {
  const points = [...new Set(cells)].sort((a, b) => a - b).map(masksOf);
  const ways = ORDERS.map((order) => order.reduce(mergeAlong, points));
  const best = ways.reduce((least, way) => (way.length < least.length ? way : least));
  return best.map(boxOf).sort((a, b) => firstCell(a) - firstCell(b));
}

function masksOf(index: number): Masks {
  const cell = CELLS[index] as Cell;
  return DIMENSIONS.map((name) => 1 << positionOf(name, cell[name]));
}

/** Joins boxes that differ in one dimension alone. */
function mergeAlong(boxes: readonly Masks[], dimension: number): readonly Masks[] {
  const joined = new Map<string, number[]>();
  for (const box of boxes) {
    const others = box.with(dimension, 0).join();
    const known = joined.get(others);
    if (known === undefined) joined.set(others, [...box]);
    else known[dimension] = (known[dimension] as number) | (box[dimension] as number);
  }
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

function boxOf(masks: Masks): CellBox {
  const valuesOf = <T>(values: readonly T[], mask = 0) => values.filter((_, bit) => (mask >> bit) & 1);
  return {
    env: valuesOf(ENVS, masks[0]),
    data_label: valuesOf(DATA_LABELS, masks[1]),
    tenant_risk: valuesOf(TENANT_RISKS, masks[2]),
    qos_class: valuesOf(QOS_CLASSES, masks[3]),
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

function firstCell(box: CellBox): number {
  return cellsIn(box)[0] as number;
}

/** A box on one line; what it holds of a dimension completely is "any". */
export function boxText(box: CellBox): string {
  return DIMENSIONS.map((name) => {
    const values = box[name];
    return `${name}=${values.length === VALUES[name].length ? 'any' : values.join(',')}`;
  }).join('  ');
}
