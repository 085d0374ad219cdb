import { readCanonical } from '@wcp/spec/json';

/** A request as it came in: read once, and the text of it for the evidence. */
export interface ReceivedRequest {
  readonly input: unknown;
  /** The JSON of the input as received; null where it is none. */
  readonly text: string | null;
}

/**
 * An input of a program in this process: whatever it is, it is decided about. It is read once, so that what
 * is decided about, recorded and delivered is one thing, whatever the program does with its object meanwhile.
 */
export function receive(input: unknown): ReceivedRequest {
  const { text, findings } = readCanonical(input);
  return findings.length === 0 ? { input: JSON.parse(text), text } : { input, text: null };
}

/** A word that an attacker says: what is no text is the empty word, which names nobody and nothing. */
export function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An own member of an input that nobody has checked yet. */
export function ownMember({ input }: ReceivedRequest, name: string): unknown {
  try {
    return typeof input === 'object' && input !== null && Object.hasOwn(input, name)
      ? (input as Record<string, unknown>)[name]
      : undefined;
  } catch {
    return undefined;
  }
}
