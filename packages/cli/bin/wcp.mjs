#!/usr/bin/env node
// Whoever may send a signal to a Hall must not thereby open its debugger, and read its keys: a listener takes the
// place of Node's own. First of all, so that no moment is left.
process.on('SIGUSR1', () => {});
// The program stands before the build, so that an installer has something to link.
await import('../dist/main.js');
