export { EgressBroker } from './egress-broker.ts';
export type { EgressConnection, EgressLimits, EgressSettings } from './egress-settings.ts';
export { EGRESS_CODES, type EgressCode } from './inside/codes.ts';
export type { InsideFile } from './inside-files.ts';
