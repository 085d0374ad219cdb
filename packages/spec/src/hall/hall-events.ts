import type { TelemetryEvent } from '../document/schema/telemetry-event.ts';

/** The events of the Hall itself, beside those of section 7, in a namespace of their own. */
export const HALL_EVENTS = [
  'org.wcp.hall.world-changed',
  'org.wcp.hall.documents-rejected',
  'org.wcp.hall.worker-enrolled',
  'org.wcp.hall.worker-removed',
  'org.wcp.hall.worker-flagged',
  'org.wcp.hall.approval-resolved',
  'org.wcp.hall.approval-expired',
  'org.wcp.hall.passkey-registered',
  'org.wcp.hall.passkey-removed',
  'org.wcp.hall.cost-settled',
  'org.wcp.hall.events-lost',
  'org.wcp.hall.frozen',
  'org.wcp.hall.released',
  'org.wcp.hall.ban-list-published',
  'org.wcp.hall.ban-list-withdrawn',
  'org.wcp.hall.ban-list-taken',
  'org.wcp.hall.ban-list-stale',
  'org.wcp.hall.ban-list-current',
] as const;

/** One of {@link HALL_EVENTS} with its details. */
export interface HallEvent {
  readonly event_id: (typeof HALL_EVENTS)[number];
  readonly timestamp: string;
  readonly [detail: string]: unknown;
}

/** An event as `GET /wcp/events` sends it. */
export type FeedEvent = TelemetryEvent | HallEvent;
