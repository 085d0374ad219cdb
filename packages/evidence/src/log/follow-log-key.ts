import { isObject, listOf, own } from '../base/own-member.ts';
import { keyIdOf, rawPublicKey } from '../key/public-key.ts';
import { type ReceiptAtPosition, readKeyHistory } from './key-history.ts';

/**
 * Follows the key of a log from one that is trusted to the one in force, by the receipts of kind `key` (section 8.7).
 * The trusted key need not be the first: what stands before it is not believed, and nothing of it is needed. Takes any
 * value and never throws.
 *
 * @param trusted the raw public key, 64 hexadecimal digits
 * @param changes the receipts of kind `key` with their positions, as `GET /wcp/log/keys` shows them
 * @returns the raw public key in force; null where nothing leads from the trusted key to another one, or a key on the
 *   way was revoked before it named the next: whoever stole it could have named that one
 * @example
 * ```ts
 * import { followLogKey } from '@wcp/evidence/log';
 *
 * declare const trusted: string;
 * declare const changes: unknown;
 * const inForce = followLogKey(trusted, changes);
 * console.log(inForce ?? 'nothing leads from the trusted key to another one');
 * ```
 */
export function followLogKey(trusted: unknown, changes: unknown): string | null {
  const raw = rawPublicKey(trusted)?.toString('hex');
  const placed = listOf(changes)?.filter(isPlaced) ?? [];
  if (raw === undefined || !isAscending(placed)) return null;
  const { terms } = readKeyHistory(placed, { [keyIdOf(raw)]: raw });
  const isSafe = terms.every(
    ({ revoked_from, to_position }) =>
      revoked_from === null || to_position === null || revoked_from >= to_position,
  );
  return isSafe ? (terms.at(-1)?.public_key ?? null) : null;
}

function isPlaced(value: unknown): value is ReceiptAtPosition {
  return isObject(value) && Number.isSafeInteger(own(value, 'position'));
}

/** A position has one receipt: of two for one position nobody could say which counts. */
function isAscending(placed: readonly ReceiptAtPosition[]): boolean {
  return placed.every(({ position }, index) => index === 0 || position > (placed[index - 1]?.position ?? -1));
}
