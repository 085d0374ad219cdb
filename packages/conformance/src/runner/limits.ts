import { usageError } from '../base/usage-error.ts';

/** The maximum time that a port may take, in milliseconds. */
export interface Limits {
  readonly startTimeoutMs: number;
  readonly timeoutMs: number;
  readonly stopTimeoutMs: number;
}

const DEFAULTS: Limits = { startTimeoutMs: 10_000, timeoutMs: 5000, stopTimeoutMs: 5000 };
/** A day: beyond three weeks a timer of Node fires at once. */
const MAX_MS = 86_400_000;

/** The limits of a run, those that are not given by default. */
export function readLimits(given: { readonly [Name in keyof Limits]?: number | undefined }): Limits {
  const read = (name: keyof Limits) => {
    const value = given[name] ?? DEFAULTS[name];
    if (Number.isInteger(value) && value >= 1 && value <= MAX_MS) return value;
    throw usageError(`${name} must be a whole number of milliseconds from 1 to ${MAX_MS}.`);
  };
  return {
    startTimeoutMs: read('startTimeoutMs'),
    timeoutMs: read('timeoutMs'),
    stopTimeoutMs: read('stopTimeoutMs'),
  };
}
