export type { EnforcedMember, Enforcement, EnforcementLevel, MemberEnforcement } from './base/enforcement.ts';
export type { PackageFile } from './base/package-file.ts';
export type { User } from './base/user.ts';
export { SANDBOX_LIMITS, type SandboxLimits } from './limits/sandbox-limits.ts';
export { probeSandbox, type SandboxProbe } from './probe/probe-sandbox.ts';
export type { SandboxBind, SandboxOptions } from './sandbox/options.ts';
export type { SandboxEnd, Sandboxed } from './sandbox/running.ts';
export { sandboxed } from './sandbox/sandboxed.ts';
