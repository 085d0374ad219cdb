import { writeFile } from 'node:fs/promises';
import { withRegularFile } from '@wcp/evidence/file';
import { OWNER_ONLY } from './file-mode.ts';

/**
 * Copies a file to a new one for its owner alone; what is not a file is refused, and never waited for.
 *
 * @param options `followsLinks: false` where somebody else made the folder: a link could name a secret of this user
 */
export function copyRegularFile(
  from: string,
  to: string,
  { followsLinks = true }: { readonly followsLinks?: boolean } = {},
): Promise<void> {
  return withRegularFile(
    from,
    (file) =>
      writeFile(to, file.createReadStream({ autoClose: false }), { flag: 'wx', mode: OWNER_ONLY.file }),
    { followsLinks },
  );
}
