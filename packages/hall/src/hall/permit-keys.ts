/** The public keys by which workers know the Hall: they are told of a new one before the old one is gone. */
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
