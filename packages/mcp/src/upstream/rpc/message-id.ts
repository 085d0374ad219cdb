import type { RpcId } from './message.ts';

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];
const MAX_KEPT = 300;

/**
 * Finds the id of a message that is too long to be kept, while its bytes go by: the member `id` of the object itself,
 * wherever it stands. Servers write it last as often as first.
 */
export class MessageIdFinder {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** Whether what comes at the first level is a name and not a value. */
  #isName = true;
  #name: number[] = [];
  #value: number[] = [];
  #id: RpcId | null = null;

  /** The id, once the bytes that hold it have gone by; null before, and where there is none. */
  get id(): RpcId | null {
    return this.#id;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#isInString) this.#takeText(byte);
      else this.#takeStructure(byte);
    }
  }

  #takeText(byte: number): void {
    this.#keep(byte);
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
  }

  #takeStructure(byte: number): void {
    if (this.#depth === 1 && (byte === COMMA || byte === BRACE_END)) this.#endMember();
    else if (this.#depth === 1 && byte === COLON) this.#isName = false;
    else this.#keep(byte);
    if (byte === QUOTE) this.#isInString = true;
    else if (byte === BRACE || byte === BRACKET) this.#depth += 1;
    else if (byte === BRACE_END || byte === BRACKET_END) this.#depth -= 1;
  }

  #keep(byte: number): void {
    if (this.#depth !== 1) return;
    const kept = this.#isName ? this.#name : this.#value;
    if (kept.length < MAX_KEPT) kept.push(byte);
  }

  #endMember(): void {
    if (textOf(this.#name) === '"id"') this.#id = readId(textOf(this.#value)) ?? this.#id;
    [this.#name, this.#value, this.#isName] = [[], [], true];
  }
}

function textOf(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes).trim();
}

function readId(text: string): RpcId | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || typeof value === 'number' ? value : null;
  } catch {
    return null;
  }
}
