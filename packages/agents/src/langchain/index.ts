export { govern, type HeldToolCall, type LangChainOptions } from './govern-tools.ts';
export { type ToolWatch, watchTools } from './watch-tools.ts';
