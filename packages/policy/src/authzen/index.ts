export type { ServerOptions } from '../server/server-options.ts';
export { type AuthzenOptions, authzenServer } from './authzen-server.ts';
export type { ToolMapping } from './coaz/mapping.ts';
export { type MappingReading, readToolMapping } from './coaz/read-mapping.ts';
export type { AuthzenRequest, ToolCall } from './coaz/tool-call.ts';
export type { AuthzenMapping } from './evaluation.ts';
export {
  openToolCallAuthorizer,
  type ToolCallAuthorizer,
  type ToolCallDecision,
  type ToolCallOptions,
} from './tool-call-authorizer.ts';
