export { decide } from './decision/decide.ts';
export type { Change } from './explain/change.ts';
export { type ExplainedStep, type Explanation, explain } from './explain/explain.ts';
export { compileWorld, type WorldOptions } from './world/compile-world.ts';
export { analyzeRules, type RuleFinding } from './world/dead-rules.ts';
export { effectiveQosClass } from './world/effective-class.ts';
export {
  devAllowGate,
  type PolicyGate,
  type PolicyGateRequest,
  type PolicyVerdict,
} from './world/policy-gate.ts';
export type { WorldDocuments } from './world/read-documents.ts';
export type { World } from './world/world.ts';
