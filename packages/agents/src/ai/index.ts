export type { GovernOptions } from '../framework/framework-calls.ts';
export { type AskedToolCall, type GovernedAiTools, govern, type ToolApproval } from './govern-tools.ts';
