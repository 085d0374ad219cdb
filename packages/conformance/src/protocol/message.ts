/** The version of the line protocol (section 11.1). */
export const PROTOCOL = 1;

/** What a port calls itself. */
export interface Implementation {
  readonly name: string;
  readonly language: string;
  readonly version: string;
}

/** A JSON object from the other side: check `Object.hasOwn` before you read a member. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
