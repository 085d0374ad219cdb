/** The way to a Hall. Neither member is ever shown to anybody. */
export interface HallAccess {
  readonly url: URL;
  /** The API key of a steward. */
  readonly key: string;
}

/** What the environment says of the Hall: the way to it, nothing, or something that cannot be used. */
export type HallReading = HallAccess | 'none' | 'unusable';

/** What a header can carry. */
const KEY = /^[\x21-\x7e]{1,8192}$/;

/** Reads `WCP_HALL_URL` and `WCP_HALL_KEY`. */
export function readHallAccess(env: Readonly<Record<string, string | undefined>>): HallReading {
  const { WCP_HALL_URL: address = '', WCP_HALL_KEY: key = '' } = env;
  if (address === '' && key === '') return 'none';
  const url = URL.parse(address);
  return url === null || !isPlain(url) || !KEY.test(key) ? 'unusable' : { url, key };
}

/** A name and password do not belong into an address, nor does anything behind the path. */
function isPlain({ protocol, username, password, search, hash }: URL): boolean {
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}
