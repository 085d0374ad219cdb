import { defineWorker, type Worker } from '@wcp/worker-kit';
import { readHallAccess } from './hall/hall-access.ts';
import { problem } from './hall/hall-problem.ts';
import { StewardClient } from './hall/steward-client.ts';
import { recordFor } from './record.ts';
import { resolveApproval } from './resolve-approval.ts';
import { input, output } from './schema.ts';

export type { Request, Resolution } from './schema.ts';

/**
 * The worker of an environment: it resolves holds at the Hall of `WCP_HALL_URL`, as the steward of
 * `WCP_HALL_KEY`, and its record names that Hall's host (WCP section 9.3). Without them it denies.
 */
export function approverFor(env: Readonly<Record<string, string | undefined>>): Worker {
  const access = readHallAccess(env);
  if (typeof access === 'string') {
    const { code, message } = problem('HALL_NOT_CONFIGURED');
    return defineWorker({ record: recordFor(), input, output, run: (_, { deny }) => deny(code, message) });
  }
  const hall = new StewardClient(access);
  const record = recordFor(access.url);
  return defineWorker({
    record,
    input,
    output,
    run: (request, context) => resolveApproval(hall, request, context),
  });
}

/** Resolves the holds of a Hall, as a steward. */
export const worker: Worker = approverFor(process.env);
