import { z } from 'zod';

/** A whole number within bounds. */
export const count = (message: string, max: number, min = 1) =>
  z.int(message).min(min, message).max(max, message);

/** A text of one line that is not empty. */
export const text = (message: string) => z.string(message).regex(/^[^\p{Cc}]{1,1024}$/u, message);

/** An address without a password. */
export const url = z
  .string('url must be an address.')
  .refine(isHttp, 'url must begin with http:// or https://.');

const ENV =
  'env must be an object: each variable is a text, or {"from": NAME} to take it from the environment of the Hall.';
const ENV_VALUE = 'A variable must be a text, or {"from": NAME}.';

/** The variables of a program. */
export const environment = z.record(
  z.string(),
  z.union([z.string(), z.strictObject({ from: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) })], ENV_VALUE),
  ENV,
);

/** The variables of a program, as they are written. */
export type EnvironmentSettings = z.infer<typeof environment>;

/** Whether an address is one of HTTP and holds no password. */
function isHttp(address: string): boolean {
  const { protocol, username, password } = URL.parse(address) ?? {};
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
