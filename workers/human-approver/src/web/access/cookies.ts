import { parseCookie, stringifySetCookie } from 'cookie';

/** The names of the cookies of one server. */
export interface Cookies {
  /** Of a steward who is signed in. */
  readonly session: string;
  /** Of a visitor who is about to sign in. */
  readonly visitor: string;
  /** Of a browser that signed in before. */
  readonly device: string;
  readonly isSecure: boolean;
}

/** Cookies are shared between ports: the port is in their names, so that two pages on one machine keep apart. */
export function cookiesFor(port: number, isSecure: boolean): Cookies {
  const prefix = isSecure ? '__Host-' : '';
  return {
    session: `${prefix}wcp_approver_${port}`,
    visitor: `${prefix}wcp_approver_visit_${port}`,
    device: `${prefix}wcp_approver_device_${port}`,
    isSecure,
  };
}

const VALUE = /^[A-Za-z0-9_-]{43}$/;

/** The value of a cookie that this server made; null when there is none. */
export function readCookie(header: string | undefined, name: string): string | null {
  const value = parseCookie(header ?? '')[name] ?? '';
  return VALUE.test(value) ? value : null;
}

/**
 * The header that sets a cookie.
 *
 * @param maxAge in seconds; 0 removes the cookie
 */
export function setCookie(name: string, value: string, maxAge: number, { isSecure }: Cookies): string {
  return stringifySetCookie({
    ...{ name, value, maxAge, path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure },
  });
}
