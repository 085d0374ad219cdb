#!/usr/bin/env node
import { closeDebugger } from './closed-debugger.ts';
import { keepCompiledCode } from './compile-cache.ts';

closeDebugger();
keepCompiledCode();
const { nodeTerminal } = await import('./node-terminal.ts');
const { runCli } = await import('./run-cli.ts');
process.exitCode = await runCli(process.argv.slice(2), nodeTerminal());
