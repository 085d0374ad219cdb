export type {
  Caller,
  CallOutcome,
  Gateway,
  GatewayCall,
  HeldOutcome,
  ListKind,
  ToolCall,
} from './base/gateway.ts';
export type { Authenticate, Authentication, AuthenticationFailure } from './face/auth/authentication.ts';
export {
  authenticateByKey,
  type KeyAuthenticationOptions,
  type KeyHolder,
} from './face/auth/key-authentication.ts';
export {
  authenticateByToken,
  type TokenAuthenticationOptions,
  type TokenTenant,
} from './face/auth/token-authentication.ts';
export type { FaceEvent, FaceOptions } from './face/face-parts.ts';
export type { GuardOptions } from './face/http/guard.ts';
export type { HttpFaceLimits } from './face/http/http-exchange.ts';
export { createHttpFace, type HttpFace, type HttpFaceOptions } from './face/http/http-face.ts';
export { type StdioFace, type StdioFaceOptions, serveStdioFace } from './face/stdio/stdio-face.ts';
export { approvedOutcome } from './hold/approved-outcome.ts';
export { type Refusal, refusalResult, refusedState } from './hold/refusal.ts';
export {
  argumentsDigest,
  createRequestStates,
  type HeldRequest,
  type RequestStateFault,
  type RequestStateOptions,
  type RequestStateReading,
  type RequestStates,
} from './hold/request-state.ts';
export type { HoldOptions } from './hold/settle-hold.ts';
export { type EmbeddedApp, embeddedFetch } from './steward/embedded-fetch.ts';
export type { ApprovalsClient } from './steward/run-steward-tool.ts';
export { createStewardGateway, type StewardGatewayOptions } from './steward/steward-gateway.ts';
export { shownNames } from './tool/shown-names.ts';
export { type BlastPolicy, blastOf, type ToolBlast, USUAL_FLOOR } from './tool/tool-blast.ts';
export { type ToolDifference, toolDifferences } from './tool/tool-difference.ts';
export { aliasOf, type ToolNamespace, toolIds } from './tool/tool-ids.ts';
export {
  pinnedDefinition,
  type RecordSettings,
  type SeenTool,
  toolHash,
  toolRecord,
} from './tool/tool-record.ts';
