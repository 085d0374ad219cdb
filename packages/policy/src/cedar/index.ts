export { type CedarOptions, cedarPolicies } from './cedar-policies.ts';
export { ruledCapabilities } from './request/ruled-capabilities.ts';
export { cedarSchema } from './request/schema.ts';
