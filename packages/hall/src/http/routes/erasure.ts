import { forgetPayloads } from '../../operations/forget-payloads.ts';
import type { Routes } from '../route.ts';

/** Forgetting payloads (section 8.9). */
export const ERASURE_ROUTES = {
  forgetPayloads: {
    handle: ({ hall, body, principal }) => forgetPayloads(hall, body, principal.id),
  },
} satisfies Partial<Routes>;
