export type { GovernOptions } from '../framework/framework-calls.ts';
export { govern } from './govern-tools.ts';
