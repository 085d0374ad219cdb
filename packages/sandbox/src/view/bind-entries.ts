import { lstat, realpath } from 'node:fs/promises';
import { misuse } from '../base/errors.ts';
import type { ViewEntry } from './view-entry.ts';
import { faultOf } from './write-paths.ts';

/** A file or folder of the host, and where the program sees it. */
interface Bind {
  readonly from: string;
  readonly to: string;
  readonly writable: boolean;
}

/** What the operator adds to a view: each must be there, and must hide nothing that the sandbox needs. */
export async function bindEntries(binds: readonly Bind[], taken: readonly string[]): Promise<ViewEntry[]> {
  return Promise.all(
    binds.map(async ({ from, to, writable }) => {
      const fault = faultOf(to, taken);
      if (fault !== null) throw misuse(`The place ${JSON.stringify(to)} of a bind ${fault}`);
      const stat = await lstat(from).catch(() => null);
      if (stat === null || !(stat.isDirectory() || stat.isFile())) {
        throw misuse(`${JSON.stringify(from)} cannot be bound: it is not a file or folder of this machine.`);
      }
      return { kind: 'bind', from: await realpath(from), to, access: writable ? 'write' : 'read' };
    }),
  );
}
