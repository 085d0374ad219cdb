import { isObject, listOf, own } from '../base/own-member.ts';
import { rawPublicKey } from './public-key.ts';

/**
 * The keys that are registered for an authority and for no other: one that two of them registered speaks for neither.
 *
 * @param registered may hold anything; what is not a list counts as none
 */
export function keysOfAuthority(registered: unknown, authority: string | null): unknown[] {
  if (authority === null || !isObject(registered)) return [];
  const others = Object.keys(registered).filter((name) => name !== authority);
  const foreign = new Set(others.flatMap((name) => keyList(registered, name).map(normalisePublicKey)));
  return keyList(registered, authority).filter((key) => !foreign.has(normalisePublicKey(key)));
}

function keyList(registered: object, authority: string): unknown[] {
  return listOf(own(registered, authority)) ?? [];
}

/** A public key in the one form in which equal keys are equal texts; null for anything else. */
function normalisePublicKey(publicKey: unknown): string | null {
  return rawPublicKey(publicKey)?.toString('hex') ?? null;
}
