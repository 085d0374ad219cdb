import { healthOf } from '../../operations/health.ts';
import { Reply, type Routes } from '../route.ts';

/** Health and metrics. */
export const HEALTH_ROUTES = {
  showHealth: {
    handle({ hall, principal }) {
      const health = healthOf(hall);
      return principal === null ? { ...health, diagnostics: [] } : health;
    },
  },
  showMetrics: {
    handle: async ({ hall: { metrics } }) => new Reply(await metrics.text(), { type: metrics.contentType }),
  },
} satisfies Partial<Routes>;
