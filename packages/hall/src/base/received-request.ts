import { type Sha256, sha256 } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';

/**
 * A request as it was received: read once, with its text for the evidence. In both the `tenant_credential` is
 * replaced by its hash: it works as a key for as long as it is valid, so nothing that is kept or shown may hold it.
 */
export interface ReceivedRequest {
  readonly input: unknown;
  /** The JSON of the input; null where it was not JSON. */
  readonly text: string | null;
  /** The `tenant_credential` itself; null where there is none, and for a request that was kept. In memory only. */
  readonly credential: string | null;
  /** The ids of all who had a part in asking: the caller, and whoever replayed the request. */
  readonly requested_by: readonly string[];
}

/**
 * Receives the input of a program in this process, whatever it is. It is read once, so that what is decided about,
 * recorded and delivered is the same, whatever the program does with its object meanwhile.
 */
export function receive(input: unknown, requestedBy: string): ReceivedRequest {
  const { text, findings } = readCanonical(input);
  if (findings.length === 0) return receiveText(JSON.parse(text), text, requestedBy);
  return { input, text: null, credential: null, requested_by: [requestedBy] };
}

/** Receives a text and the JSON that it was read as. */
export function receiveText(input: unknown, text: string, requestedBy: string): ReceivedRequest {
  const requested_by = [requestedBy];
  const given = readMember(input, 'tenant_credential');
  if (given == null || given === '') return { input, text, credential: null, requested_by };
  const sealed = { ...(input as object), tenant_credential: sealOf(given) };
  const credential = typeof given === 'string' ? given : null;
  return { input: sealed, text: textOf(sealed), credential, requested_by };
}

/** Receives a request that was kept: its credential was replaced when it came. */
export function receiveKept(text: string, requestedBy: readonly string[]): ReceivedRequest {
  return { input: JSON.parse(text), text, credential: null, requested_by: requestedBy };
}

/** Receives what a worker asks for, with the credential of the request that the worker runs under. */
export function receiveBelow(
  input: unknown,
  above: Pick<ReceivedRequest, 'credential' | 'requested_by'>,
): ReceivedRequest {
  const { text, findings } = readCanonical(input);
  const read = findings.length === 0 ? { input: JSON.parse(text) as unknown, text } : { input, text: null };
  return { ...read, credential: above.credential, requested_by: above.requested_by };
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
  return readMember(input, name);
}

function readMember(input: unknown, name: string): unknown {
  try {
    return typeof input === 'object' && input !== null && Object.hasOwn(input, name)
      ? (input as Record<string, unknown>)[name]
      : undefined;
  } catch {
    return undefined;
  }
}

/** What stands in the place of a credential. What is no text stays what `decide` denies. */
function sealOf(given: unknown): Sha256 | { readonly sha256: Sha256 | null } {
  if (typeof given === 'string') return sha256(given);
  const text = textOf(given);
  return { sha256: text === null ? null : sha256(text) };
}

/** Null where a value is nested too deeply to be written. */
function textOf(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
