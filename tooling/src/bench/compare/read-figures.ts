import { readFileSync } from 'node:fs';
import type { Figure } from '../row.ts';

/**
 * Reads what an earlier run wrote with `--json`.
 *
 * @throws {Error} with everything that is wrong with the file
 */
export function readFigures(file: string): Figure[] {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(value)) throw new Error(`${file} is not what --json writes: no list of figures.`);
  const wrong = value.flatMap((each, index) => (isFigure(each) ? [] : [index]));
  if (wrong.length > 0) throw new Error(`${file}: not a figure: ${wrong.map((at) => `/${at}`).join(', ')}`);
  return value;
}

function isFigure(value: unknown): value is Figure {
  const { name, value: number, unit, spread, ratio_to_floor, ratio_spread } = Object(value);
  return (
    typeof name === 'string' &&
    typeof unit === 'string' &&
    typeof number === 'number' &&
    (ratio_to_floor === undefined || typeof ratio_to_floor === 'number') &&
    [spread, ratio_spread].every(isSpread)
  );
}

function isSpread(value: unknown): boolean {
  const { low, high } = Object(value);
  return value === undefined || (typeof low === 'number' && typeof high === 'number' && low <= high);
}
