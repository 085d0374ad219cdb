export { WcpError, type WcpErrorCode } from '@wcp/spec/endpoints';
export { createHallClient, type HallClient } from './hall/create-hall-client.ts';
export type { EventsOptions, ReceivedEvent } from './hall/follow-events.ts';
export type { HallOperations, InputOf, ListInputOf } from './hall/operations.ts';
export { type PullOptions, pullCalls } from './pull/pull-calls.ts';
export type { PulledCall, PulledCallHandler } from './pull/pulled-call.ts';
export { type CallOptions, JsonText } from './wire/call-options.ts';
export type { HallClientOptions } from './wire/connection.ts';
export { type HallProblemCode, HallProblemError } from './wire/hall-problem-error.ts';
