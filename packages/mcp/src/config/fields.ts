import { z } from 'zod';

/** A whole number within bounds. */
export const count = (name: string, min: number, max: number) => {
  const message = `${name} must be a whole number from ${min} to ${max}.`;
  return z.int(message).min(min, message).max(max, message);
};

/** A text of one line that is not empty. */
export const line = (name: string) => {
  const message = `${name} must be a text of one line.`;
  return z.string(message).regex(/^[^\p{Cc}]{1,4096}$/u, message);
};

/** A list of such texts. */
export const lines = (name: string) => z.array(line(name), `${name} must be a list of texts.`);

/** One of some words. */
export const word = <const T extends readonly [string, ...string[]]>(name: string, words: T) =>
  z.enum(words, `${name} must be ${words.map((each) => `"${each}"`).join(' or ')}.`);

/** True or false. */
export const flag = (name: string) => z.boolean(`${name} must be true or false.`);

/** Texts by name: variables, or headers. */
export const texts = (name: string) => {
  const message = `${name} must be an object of texts; \${NAME} in one is taken from the environment of the gateway.`;
  return z.record(z.string(), z.string(message).max(65_536, message), message);
};

/** An address without a password. */
export const address = z
  .string('url must be an address.')
  .refine(isHttp, 'url must begin with https:// or http:// and hold no password.');

function isHttp(text: string): boolean {
  const { protocol, username, password } = URL.parse(text) ?? {};
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}
