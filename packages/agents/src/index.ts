export {
  AGENT_CODES,
  type AgentCode,
  type CallOutcome,
  type DeniedOutcome,
  type FailedOutcome,
  type HeldOutcome,
  type ResultOutcome,
} from './base/call-outcome.ts';
export type { CallLabels, CallOptions, GovernedTool, Governor, ResumeOptions } from './governor/governor.ts';
export { type GovernorOptions, openGovernor } from './governor/open-governor.ts';
export type { EmbeddedHall } from './hall/embedded-hall.ts';
export type { EnrolmentKey } from './hall/enrol-tool.ts';
export type { RemoteHallOptions } from './hall/remote-hall.ts';
export type { AgentTool, ToolRun } from './tool/agent-tool.ts';
