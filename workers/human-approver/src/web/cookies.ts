/** The names of this server's cookies, and how they are set. */
export interface Cookies {
  /** Who is signed in. */
  readonly session: string;
  /** Who looks at the page to sign in. */
  readonly visitor: string;
  readonly isSecure: boolean;
}

/** Cookies know no port: their names do, so that two pages on one machine don't sign each other out. */
export function cookiesFor(port: number, isSecure: boolean): Cookies {
  const prefix = isSecure ? '__Host-' : '';
  return {
    session: `${prefix}wcp_approver_${port}`,
    visitor: `${prefix}wcp_approver_visit_${port}`,
    isSecure,
  };
}

const VALUE = /^[A-Za-z0-9_-]{43}$/;

/** The value of a cookie as this server makes them; null where there is none. */
export function readCookie(header: string | undefined, name: string): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return VALUE.test(value) ? value : null;
}

/** The header that sets a cookie, or takes it away with an age of 0. */
export function setCookie(name: string, value: string, age_s: number, { isSecure }: Cookies): string {
  return `${name}=${value}; Path=/; Max-Age=${age_s}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
