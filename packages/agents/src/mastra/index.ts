export type { GovernOptions } from '../framework/framework-calls.ts';
export { govern } from './govern-tools.ts';
export { type ToolWatch, watchTools } from './watch-tools.ts';
