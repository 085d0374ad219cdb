export { compileWorld, type WorldDocuments, type WorldOptions } from './compile-world.ts';
export { analyzeRules, type RuleFinding } from './dead-rules.ts';
export { decide } from './decide.ts';
export type { Change } from './edits.ts';
export { type ExplainedStep, type Explanation, explain } from './explain.ts';
export { devAllowGate, type PolicyGate, type PolicyGateRequest, type PolicyVerdict } from './policy-gate.ts';
export type { World } from './world.ts';
