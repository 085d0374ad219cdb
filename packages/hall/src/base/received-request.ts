import { readCanonical } from '@wcp/spec/json';

/** A request as it was received: read once, with its text for the evidence. */
export interface ReceivedRequest {
  readonly input: unknown;
  /** The JSON of the input as received; null where it was not JSON. */
  readonly text: string | null;
}

/**
 * Receives the input of a program in this process, whatever it is. It is read once, so that what is decided about,
 * recorded and delivered is the same, whatever the program does with its object meanwhile.
 */
export function receive(input: unknown): ReceivedRequest {
  const { text, findings } = readCanonical(input);
  return findings.length === 0 ? { input: JSON.parse(text), text } : { input, text: null };
}

/**
 * What a request says, however it was written: its canonical JSON, or its text where it has none. The order of
 * members, white space and the spelling of numbers make no other request.
 */
export function canonicalText({ input, text }: ReceivedRequest): string {
  const canonical = readCanonical(input);
  return canonical.findings.length === 0 ? canonical.text : (text ?? '');
}

/** An attacker's value as a text: what is not a text is the empty one, which names nothing. */
export function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An own member of an input that has not been checked yet. */
export function ownMember({ input }: ReceivedRequest, name: string): unknown {
  try {
    return typeof input === 'object' && input !== null && Object.hasOwn(input, name)
      ? (input as Record<string, unknown>)[name]
      : undefined;
  } catch {
    return undefined;
  }
}
