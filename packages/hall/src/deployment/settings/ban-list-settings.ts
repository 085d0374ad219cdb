import { resolve } from 'node:path';
import { checkId } from '@wcp/spec';
import { z } from 'zod';
import type { BanListSubscription } from '../../registry/ban-list/ban-list-options.ts';

const BAN_LIST =
  'A ban list is {"url": …, "authority": …, "public_keys": […]}, or with file in place of url.';
const URL_FORM = 'url must begin with http:// or https:// and hold no password.';
const FILE = 'file must be the file of a ban list, relative to this file.';
const AUTHORITY = 'authority must be org.<name> or x.<name>.';
const KEYS = 'public_keys must be a list of public keys, each 64 hexadecimal digits.';
const POLL = 'poll_seconds must be from 1 to 86400.';

/** One ban list that `server.json` subscribes to. */
export const banListSchema = z
  .strictObject(
    {
      url: z.string(URL_FORM).refine(isHttp, URL_FORM).exactOptional(),
      file: z
        .string(FILE)
        .regex(/^[^\p{Cc}]{1,1024}$/u, FILE)
        .exactOptional(),
      authority: z.string(AUTHORITY).refine((text) => checkId(text, 'authority').valid, AUTHORITY),
      public_keys: z.array(z.string(KEYS).regex(/^[0-9A-Fa-f]{64}$/, KEYS), KEYS).min(1, KEYS),
      poll_seconds: z.int(POLL).min(1, POLL).max(86_400, POLL).exactOptional(),
    },
    BAN_LIST,
  )
  .refine(({ url, file }) => (url === undefined) !== (file === undefined), BAN_LIST);

/** The subscriptions of `server.json`; files stand relative to its folder. */
export function readSubscriptions(
  lists: readonly z.infer<typeof banListSchema>[],
  dir: string,
): BanListSubscription[] {
  return lists.map(({ url, file = '', ...list }) => {
    const source = url === undefined ? { file: resolve(dir, file) } : { url };
    return { ...source, ...list };
  });
}

function isHttp(address: string): boolean {
  const { protocol, username, password } = URL.parse(address) ?? {};
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
