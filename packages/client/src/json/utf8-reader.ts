/** Foreign bytes that are not what they should be: `message` says what is wrong, as part of a sentence. */
export class Unreadable extends Error {}

const BYTE_ORDER_MARK = '\ufeff';

/** Decodes bytes as they arrive; nothing is replaced or dropped in silence. */
export class Utf8Reader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #isBeginning = true;

  /**
   * The text that the bytes complete; without bytes, the end.
   *
   * @throws {Unreadable} for bytes that are not UTF-8, and for a byte order mark before the text
   */
  read(bytes?: Uint8Array<ArrayBuffer>): string {
    const text = this.#decode(bytes);
    if (this.#isBeginning && text.startsWith(BYTE_ORDER_MARK))
      throw new Unreadable('its text begins with a byte order mark');
    this.#isBeginning &&= text === '';
    return text;
  }

  #decode(bytes?: Uint8Array<ArrayBuffer>): string {
    try {
      return bytes === undefined ? this.#decoder.decode() : this.#decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw new Unreadable('its bytes are not UTF-8', { cause });
    }
  }
}
