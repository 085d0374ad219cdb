import type { AccessEvaluations } from '@wcp/spec/hall';
import { ProblemError } from '../base/problem.ts';

/** What an entity must have, and takes from the one above the evaluations where it lacks it. */
const REQUIRED = { subject: ['type', 'id'], action: ['name'], resource: ['type', 'id'] } as const;
/** What the evaluations of a batch may have together, with the values that hold for all counted for each. */
const MAX_BYTES = 8 * 1_048_576;

/**
 * The evaluations of a batch, each with what it takes from the values above them (AuthZEN 1.0, section 7.1.1).
 *
 * @throws {ProblemError} `INVALID_BODY` where they would be too large together
 */
export function evaluationsOf(batch: AccessEvaluations): unknown[] {
  const { evaluations = [], options: _, ...above } = batch;
  const defaults = {
    subject: above.subject,
    action: above.action,
    resource: above.resource,
    context: above.context,
  };
  const bytes = Buffer.byteLength(JSON.stringify(defaults)) * evaluations.length;
  if (bytes > MAX_BYTES) {
    const message = `What stands above the evaluations counts for each of them: at most ${MAX_BYTES} bytes together. Send fewer, or less with each.`;
    throw new ProblemError('INVALID_BODY', message);
  }
  return evaluations.map((own) => {
    const entities = (Object.keys(REQUIRED) as (keyof typeof REQUIRED)[]).map((name) => [
      name,
      entityOf(own[name], defaults[name], REQUIRED[name]),
    ]);
    const context = own.context ?? defaults.context;
    return { ...definedOf(entities), ...(context !== undefined && { context }) };
  });
}

/** An evaluation's own entity takes the place of the one above as a whole, but for what it lacks. */
function entityOf(own: object | undefined, above: object | undefined, required: readonly string[]): unknown {
  if (own === undefined) return above;
  const taken = Object.entries(above ?? {}).filter(([name]) => required.includes(name));
  return { ...Object.fromEntries(taken), ...own };
}

function definedOf(entries: readonly (readonly unknown[])[]): object {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
