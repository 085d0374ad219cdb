/**
 * The public keys by which workers know the Hall: they are told of a new one before the old one is gone.
 *
 * @example
 * import { createHall, PermitKeys } from '@wcp/hall';
 *
 * const permitKeys = new PermitKeys();
 * const hall = await createHall({ permitKeys });
 * console.log(permitKeys.current); // the keys that a worker of this Hall is started with
 * await hall.close();
 */
export class PermitKeys {
  #keys: readonly string[] = [];

  /** The raw public keys, the one in force first. */
  get current(): readonly string[] {
    return this.#keys;
  }

  replace(keys: readonly string[]): void {
    this.#keys = keys;
  }
}
