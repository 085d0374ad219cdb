/** Learns where the members of an object lie. */
export interface MemberSink {
  /**
   * A member, in the order of the names; all positions are those of bytes, and ends lie behind them.
   *
   * @param name where its name begins, behind the quotation mark
   * @param value where its value begins, with the quotation mark of a text
   */
  member(name: number, nameEnd: number, value: number, valueEnd: number): void;
}

const [QUOTE, COMMA, COLON, MINUS, ZERO] = [0x22, 0x2c, 0x3a, 0x2d, 0x30];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Digits of the longest number that is written as it was read, whatever the number. */
const MAX_DIGITS = 15;
const MAX_DEPTH = 32;
const LITERALS = ['null', 'true', 'false'].map((text) => Buffer.from(text));

/** 1 for a byte that stands for itself in a text. */
const ITSELF = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte <= 0x7e && byte !== QUOTE && byte !== 0x5c ? 1 : 0,
);

/**
 * Whether bytes are an object in plain canonical JSON (RFC 8785): ASCII without an escape, whole numbers of at most 15
 * digits, not many containers inside each other. False says nothing of any other JSON.
 */
export function isPlainObject(bytes: Uint8Array, sink: MemberSink): boolean {
  return endOfObject(bytes, 0, 0, sink) === bytes.length;
}

// Each of these returns where something ends that begins at `at`, or -1. A byte behind the last one is undefined, which
// is equal to none.

function endOfObject(bytes: Uint8Array, at: number, depth: number, sink: MemberSink | null): number {
  if (bytes[at] !== OPEN_OBJECT || depth === MAX_DEPTH) return -1;
  if (bytes[at + 1] === CLOSE_OBJECT) return at + 2;
  let [before, beforeEnd, next] = [0, -1, at];
  do {
    const name = next + 2;
    const nameEnd = endOfText(bytes, name - 1) - 1;
    if (nameEnd < 0 || bytes[nameEnd + 1] !== COLON) return -1;
    if (beforeEnd >= 0 && !isBefore(bytes, before, beforeEnd, name, nameEnd)) return -1;
    const value = nameEnd + 2;
    next = endOfValue(bytes, value, depth);
    if (next < 0) return -1;
    sink?.member(name, nameEnd, value, next);
    before = name;
    beforeEnd = nameEnd;
  } while (bytes[next] === COMMA);
  return bytes[next] === CLOSE_OBJECT ? next + 1 : -1;
}

function endOfList(bytes: Uint8Array, at: number, depth: number): number {
  if (depth === MAX_DEPTH) return -1;
  if (bytes[at + 1] === CLOSE_LIST) return at + 2;
  let next = at;
  do {
    next = endOfValue(bytes, next + 1, depth);
    if (next < 0) return -1;
  } while (bytes[next] === COMMA);
  return bytes[next] === CLOSE_LIST ? next + 1 : -1;
}

function endOfValue(bytes: Uint8Array, at: number, depth: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return endOfText(bytes, at);
    case OPEN_OBJECT:
      return endOfObject(bytes, at, depth + 1, null);
    case OPEN_LIST:
      return endOfList(bytes, at, depth + 1);
    default: {
      const end = endOfNumber(bytes, at);
      return end < 0 ? endOfLiteral(bytes, at) : end;
    }
  }
}

function endOfText(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return -1;
  let end = at + 1;
  while (ITSELF[bytes[end] as number] === 1) end += 1;
  return bytes[end] === QUOTE ? end + 1 : -1;
}

/** What follows a number must follow it: a fraction or an exponent does not. */
function endOfNumber(bytes: Uint8Array, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  let end = first;
  while (isDigit(bytes[end])) end += 1;
  const digits = end - first;
  if (digits === 0 || digits > MAX_DIGITS) return -1;
  if (bytes[first] === ZERO && (digits > 1 || first > at)) return -1;
  return end;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= 0x39;
}

function endOfLiteral(bytes: Uint8Array, at: number): number {
  const literal = LITERALS.find((text) => text[0] === bytes[at]);
  if (literal === undefined) return -1;
  return literal.every((byte, index) => bytes[at + index] === byte) ? at + literal.length : -1;
}

/** Whether a name stands before another, and is not the same. */
function isBefore(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  const length = Math.min(aEnd - a, bEnd - b);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [bytes[a + index] as number, bytes[b + index] as number];
    if (left !== right) return left < right;
  }
  return aEnd - a < bEnd - b;
}
