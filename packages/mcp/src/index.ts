export type {
  Caller,
  CallOutcome,
  Gateway,
  GatewayCall,
  HeldOutcome,
  ListKind,
  ToolCall,
} from './base/gateway.ts';
export { type CatalogServer, openToolCatalog, type ToolCatalogOptions } from './catalog/open-tool-catalog.ts';
export type { PinnedTool, ToolCatalog } from './catalog/tool-catalog.ts';
export {
  clientToolRegistry,
  hallToolRegistry,
  type RegisteredTool,
  type ToolRegistry,
} from './catalog/tool-registry.ts';
export { type ClientName, type ClientPlaces, clientFiles } from './config/client/client-files.ts';
export { type ClientServer, clientServers } from './config/client/client-servers.ts';
export {
  type ClientEdit,
  type GatewayLaunch,
  type ImportPlan,
  planImport,
} from './config/client/plan-import.ts';
export {
  type ContainedServer,
  type ContainedServerOptions,
  containedServer,
} from './config/contained-server.ts';
export type { Env } from './config/expand-variables.ts';
export {
  type GatewaySettings,
  readGatewaySettings,
  type SettingsReading,
} from './config/gateway-settings.ts';
export { CallLinks, type LinkedCall, type LinkedClient } from './delivery/call-links.ts';
export { type EnrolledTool, type McpDeliveryOptions, mcpDelivery } from './delivery/mcp-delivery.ts';
export { type DefinitionList, type SeenDefinition, ToolDefinitions } from './delivery/tool-definitions.ts';
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
export type { HeldNotice } from './gateway/governed-calls.ts';
export { openGateway } from './gateway/open/open-gateway.ts';
export type { OpenGateway, OpenGatewayOptions } from './gateway/open/open-gateway-options.ts';
export { type GatewayInspection, inspectGateway } from './gateway/open/open-inspection.ts';
export { type OpenRelay, openRelay } from './gateway/open/open-relay.ts';
export {
  openRemoteGateway,
  type RemoteGateway,
  type RemoteGatewayOptions,
} from './gateway/open/open-remote.ts';
export type { FailedServer } from './gateway/open/open-servers.ts';
export type { ServerReach } from './gateway/open/server-reach.ts';
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
  toolRecord,
} from './tool/tool-record.ts';
export { openUpstream } from './upstream/open-upstream.ts';
export type { HttpSettings, StdioSettings, UpstreamLimits, UpstreamSettings } from './upstream/settings.ts';
export type { Upstream, UpstreamCall } from './upstream/upstream.ts';
export { UpstreamError } from './upstream/upstream-error.ts';
