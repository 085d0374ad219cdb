export type { ExitCode } from './exit-code.ts';
export { runCli } from './run-cli.ts';
export type { Colours, Terminal } from './terminal.ts';
