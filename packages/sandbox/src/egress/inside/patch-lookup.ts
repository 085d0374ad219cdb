import dns, { type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { type LookUpOptions, lookUp } from './look-up.ts';
import type { Routes } from './routes.ts';

type Done = (error: Error | null, address?: string | LookupAddress[], family?: number) => void;

/** Lets `dns.lookup` and `dns.promises.lookup` ask the broker. */
export function patchLookup(routes: Routes): void {
  const lookup = (host: string, options: LookUpOptions | Done, callback?: Done) => {
    const done = typeof options === 'function' ? options : (callback as Done);
    const wanted = typeof options === 'function' ? {} : (options ?? {});
    lookUp(routes, host, wanted).then(
      // Out of the promise, so that what the callback throws is an exception of its own.
      (found) => setImmediate(() => (isAll(wanted) ? done(null, found) : done(null, ...first(found)))),
      (error) => setImmediate(() => done(error)),
    );
  };
  const lookupPromise = async (host: string, options: LookUpOptions = {}) => {
    const found = await lookUp(routes, host, options);
    return isAll(options) ? found : found[0];
  };
  replace(dns, 'lookup', lookup);
  replace(dns.promises, 'lookup', lookupPromise);
}

function isAll(options: LookUpOptions): boolean {
  return typeof options === 'object' && options.all === true;
}

function first([found]: readonly LookupAddress[]): [string, number] {
  const address = found?.address ?? '';
  return [address, isIP(address)];
}

/** Puts a function in the place of another and keeps what is attached to it, such as what `util.promisify` needs. */
function replace<Name extends string>(owner: Record<Name, object>, name: Name, replacement: object): void {
  const { prototype: _, ...kept } = Object.getOwnPropertyDescriptors(owner[name]) as PropertyDescriptorMap;
  owner[name] = Object.defineProperties(replacement, kept);
}
