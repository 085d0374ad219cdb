import { usageError } from '../base/cli-error.ts';

/**
 * Reads the whole number given to an option.
 *
 * @throws {CliError} if it is not a whole number, or out of bounds
 */
export function readCount(option: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw usageError(`${option} takes a number from ${min} to ${max}.`);
}
