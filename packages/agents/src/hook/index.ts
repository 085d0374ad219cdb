export { HOOK_CLIENTS, type HookClient } from './hook-clients.ts';
export { type HookSettings, type HookSettingsReading, readHookSettings } from './hook-settings.ts';
export { type HookSetup, hookSetup } from './hook-setup.ts';
export { type HookAnswer, type HookOptions, runHook } from './run-hook.ts';
