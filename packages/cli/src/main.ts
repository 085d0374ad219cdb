#!/usr/bin/env node
import './closed-debugger.ts';
import { nodeTerminal } from './node-terminal.ts';
import { runCli } from './run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), nodeTerminal());
