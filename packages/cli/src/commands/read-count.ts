import { usageError } from '../base/cli-error.ts';

/**
 * The whole number that an option was given.
 *
 * @throws {CliError} where it is none, or out of bounds
 */
export function readCount(option: string, text: string, least: number, most: number): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw usageError(`${option} is a number from ${least} to ${most}.`);
}
