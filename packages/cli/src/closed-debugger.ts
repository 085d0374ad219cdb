/**
 * Whoever may send a signal to a Hall must not thereby open its debugger, and read its keys: a listener takes the place
 * of Node's own. Called before anything else is loaded, so that hardly a moment is left.
 */
export function closeDebugger(): void {
  process.on('SIGUSR1', () => {});
}
