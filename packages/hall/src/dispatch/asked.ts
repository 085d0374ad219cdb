/** A request as it came in: read once, and the text of it for the evidence. */
export interface Asked {
  readonly input: unknown;
  /** The JSON of the input as received; null where it is none. */
  readonly text: string | null;
}

/** An input of a program in this process: whatever it is, it is decided about. */
export function askedBy(input: unknown): Asked {
  try {
    const text = JSON.stringify(input);
    return text === undefined ? { input, text: null } : { input, text };
  } catch {
    return { input, text: null };
  }
}

/** An own member of an input that nobody has checked yet. */
export function memberOf({ input }: Asked, name: string): unknown {
  try {
    return typeof input === 'object' && input !== null && Object.hasOwn(input, name)
      ? (input as Record<string, unknown>)[name]
      : undefined;
  } catch {
    return undefined;
  }
}
