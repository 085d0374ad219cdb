// Whoever may send a signal to a Hall must not thereby open its debugger, and read its keys: a listener takes the
// place of Node's own. Imported before everything else, so that hardly a moment is left.
process.on('SIGUSR1', () => {});
