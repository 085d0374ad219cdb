export { WcpError, type WcpErrorCode } from '@wcp/spec/endpoints';
export type { HallClientOptions } from './connection.ts';
export { createHallClient, type HallClient } from './create-hall-client.ts';
export type { EventsOptions, ReceivedEvent } from './follow-events.ts';
export { type HallProblemCode, HallProblemError } from './hall-problem-error.ts';
export {
  type CallOptions,
  type HallOperations,
  type InputOf,
  JsonText,
  type ListInputOf,
} from './operations.ts';
