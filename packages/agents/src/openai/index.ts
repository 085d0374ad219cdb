export type { GovernOptions } from '../framework/framework-calls.ts';
export { govern } from './govern-tools.ts';
export {
  type HallGuardrail,
  type HallGuardrailInfo,
  type HallGuardrailOptions,
  hallGuardrail,
} from './hall-guardrail.ts';
