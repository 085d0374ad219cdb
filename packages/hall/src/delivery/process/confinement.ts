/** Code that Node loads before a worker's own. */
const HOOKS = `
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
const root = pathToFileURL(process.cwd() + '/').href;
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!found.url.startsWith('file:') || found.url.startsWith(root)) return found;
    throw new Error('The worker loads code from outside of its package: ' + specifier);
  },
});`;

/** A signal must not open the debugger of a worker, through which whoever sent it would speak as the worker. */
const DEBUGGER = ['--disable-sigusr1'].filter((option) => process.allowedNodeEnvironmentFlags.has(option));

/**
 * Arguments with which Node loads modules only from the folder it is started in. Without them it would look for a
 * missing module in the folders above, where nothing is attested. This prevents accidents; it is not a sandbox.
 */
export const CONFINEMENT_ARGUMENTS: readonly string[] = [
  ...DEBUGGER,
  '--import',
  `data:text/javascript,${encodeURIComponent(HOOKS)}`,
];
