export { govern, type HeldToolCall, type LangChainOptions } from './govern-tools.ts';
