export { type ClaudeOptions, govern } from './govern-tools.ts';
export { type ClaudeHookOptions, type ClaudeHooks, type ClaudePermission, hallHooks } from './hall-hooks.ts';
