export { type CedarOptions, cedarPolicies } from './cedar-policies.ts';
export { cedarSchema } from './schema.ts';
