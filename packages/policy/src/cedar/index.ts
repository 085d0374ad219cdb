export { type CedarOptions, cedarPolicies } from './cedar-policies.ts';
export { ruledCapabilities } from './ruled-capabilities.ts';
export { cedarSchema } from './schema.ts';
