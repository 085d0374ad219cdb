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

/**
 * The arguments with which Node loads modules of the folder it is started in and no others. Without them
 * a module that the package lacks is looked for in the folders above it, where nothing is attested. This
 * keeps code from being found by accident; it is no sandbox.
 */
export const CONFINEMENT_ARGUMENTS: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(HOOKS)}`,
];
