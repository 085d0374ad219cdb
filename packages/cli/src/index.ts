export type { ExitCode } from './base/exit-code.ts';
export type { Colours, Terminal } from './base/terminal.ts';
export { runCli } from './run-cli.ts';
