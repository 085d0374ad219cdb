import { WcpError } from '@wcp/spec';

/**
 * Loads a package that is installed only where somebody needs it.
 *
 * @param what what needs it, in words
 * @param names the packages to install
 * @throws {WcpError} `ERR_WCP_NOT_INSTALLED` where it is not there, with the command that installs it
 */
export async function loadPackage<T>(load: () => Promise<T>, what: string, names: string): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message = `${what} needs a package that is not installed. Run: npm install ${names}`;
    throw new WcpError('ERR_WCP_NOT_INSTALLED', message, { cause });
  }
}
