import { columnsOf, escaped, padColumns } from './layout.ts';

/** A list as a table, one item per line; its last column is not padded. */
export function tableText(
  heads: readonly string[],
  lines: readonly (readonly (string | number | null)[])[],
  paint: (head: string) => string,
): string {
  const cells = lines.map((line) => line.map((cell) => (cell === null ? '-' : escaped(String(cell)))));
  const [head = '', ...rest] = alignColumns([heads, ...cells]);
  return [paint(head), ...rest].map((line) => `${line}\n`).join('');
}

/** Lines of cells with their columns below each other; the last cell of each line is not padded. */
export function alignColumns(lines: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const line of lines) {
    for (const [column, cell] of line.entries())
      widths[column] = Math.max(widths[column] ?? 0, columnsOf(cell));
  }
  return lines.map((line) =>
    line
      .map((cell, column) => (column === line.length - 1 ? cell : padColumns(cell, widths[column] ?? 0)))
      .join('  '),
  );
}
