import { escaped } from './layout.ts';

/** A list as lines, its columns below each other; the last column is as long as it is. */
export function tableText(
  heads: readonly string[],
  lines: readonly (readonly (string | number | null)[])[],
  paint: (head: string) => string,
): string {
  const cells = lines.map((line) => line.map((cell) => (cell === null ? '-' : escaped(String(cell)))));
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((line) => (line[column] ?? '').length)),
  );
  const write = (line: readonly string[]) =>
    line
      .map((cell, column) => (column === heads.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
  return [paint(write(heads)), ...cells.map(write)].map((line) => `${line}\n`).join('');
}
