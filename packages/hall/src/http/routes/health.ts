import { type Health, healthOf } from '../../operations/health.ts';
import { Reply, type Routes } from '../route.ts';

/** Health and metrics. */
export const HEALTH_ROUTES = {
  showHealth: {
    handle({ hall, principal }) {
      const health = healthOf(hall);
      return principal === null ? publicHealth(health) : health;
    },
  },
  showMetrics: {
    handle: async ({ hall: { metrics } }) => new Reply(await metrics.text(), { type: metrics.contentType }),
  },
} satisfies Partial<Routes>;

/** Which worker a trouble is about is not everybody's business. */
function publicHealth(health: Health): Health {
  const troubles = health.troubles.map(({ code, message }) => ({ code, message: PUBLIC[code] ?? message }));
  return { ...health, troubles, diagnostics: [] };
}

/** What is said without a key, by code of a trouble about one worker. */
const PUBLIC: Partial<Readonly<Record<Health['troubles'][number]['code'], string>>> = {
  STORE_TAMPERED:
    'A row of the store was changed without the key of this Hall, and is not used. With a key this says which.',
  CHECKPOINT_NOT_TIMESTAMPED: 'An authority of timestamps gives none. With a key this says which, and why.',
  CHECKPOINT_NOT_COPIED: 'A copy of the checkpoints cannot be written. With a key this says which, and why.',
  WORKER_FLAGGED: 'A worker is flagged. With a key this says which.',
  WORKER_NOT_CONTAINED:
    'This machine cannot hold a worker to its envelope, so it gets no calls outside of dev. With a key this says which.',
  WORKER_NOT_ENROLLED: 'A worker is in the list and is not enrolled. With a key this says which.',
  WORKER_RESTING: 'A worker kept failing and is resting. With a key this says which, and until when.',
  WORKER_NOT_ATTESTED: 'The code of a worker elsewhere is not attested. With a key this says which, and why.',
  RECORD_DIFFERS: 'A worker has another record than the enrolled one. With a key this says which.',
};
