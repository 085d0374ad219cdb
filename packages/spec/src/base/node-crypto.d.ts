/** The one builtin that this package uses, as narrowly as it uses it. */
declare module 'node:crypto' {
  export function hash(algorithm: 'sha256', data: string | Uint8Array, encoding: 'hex'): string;
}
