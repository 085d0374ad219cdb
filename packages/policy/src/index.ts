export { PolicyError } from './base/policy-error.ts';
export type { PolicyFinding } from './base/policy-finding.ts';
export type { EngineAnswer, PolicyEngine, PolicyLoading, PolicySource } from './base/policy-source.ts';
export { checkPolicies, type PolicyCheck, type PolicyCheckOptions } from './gate/check-policies.ts';
export type { GateOptions } from './gate/gate-options.ts';
export { openGate } from './gate/open-gate.ts';
export type { GateState, LoadedGate } from './gate/policy-gate.ts';
export { installCommand } from './source/missing-package.ts';
