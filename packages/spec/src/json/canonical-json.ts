import { WcpError } from '../base/error.ts';
import { type Finding, type FindingCode, FindingList } from '../base/finding.ts';
import { escapeText } from '../base/text.ts';
import { type JsonLimits, JsonReader } from './json-reader.ts';

/** No bounds but those of memory: for documents of the operator and for evidence. */
const UNLIMITED: JsonLimits = { depth: 10_000, size: 2 ** 28, refuseProto: false };

/**
 * The RFC 8785 text of a value (section 8, R13): members sorted by UTF-16 code units, numbers and
 * strings as ECMAScript writes them, no white space.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` for what I-JSON forbids: a number that is not finite, a
 * lone surrogate, `undefined`, a function, a circle, an object such as a Date or a Map.
 * @example
 * import { canonicalJson } from '@wcp/spec';
 *
 * canonicalJson({ b: 1, a: [1e21, 'é'] }); // '{"a":[1e+21,"é"],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  const reading = readCanonical(value);
  const [first] = reading.findings;
  if (first === undefined) return reading.text;
  throw new WcpError(
    'ERR_WCP_CANONICAL_JSON',
    `No canonical JSON at "${escapeText(first.path)}": ${first.message}`,
  );
}

/**
 * The canonical text of a value and everything that keeps it from having one; never throws.
 *
 * @example
 * import { readCanonical } from '@wcp/spec/json';
 *
 * readCanonical({ b: 1, a: 2 }).text; // '{"a":2,"b":1}'
 * readCanonical({ a: undefined }).findings; // [{ path: '/a', code: 'NOT_JSON', … }]
 */
export function readCanonical(value: unknown): {
  readonly text: string;
  readonly findings: readonly Finding[];
} {
  const found = new FindingList();
  const reader = new JsonReader(UNLIMITED, { refused: found.add.bind(found) });
  try {
    const text = reader.write(value);
    return reader.isTooLarge ? { text: '', findings: [TOO_LARGE] } : { text, findings: found.sorted() };
  } catch {
    return { text: '', findings: [TOO_DEEP] };
  }
}

const atRoot = (code: FindingCode, message: string): Finding => ({ path: '', code, message });
const TOO_LARGE = atRoot('TOO_LARGE', 'The canonical JSON is too large.');
/** The stack is full: the value is nested more deeply than this engine can follow. */
const TOO_DEEP = atRoot('TOO_DEEP', 'Nested too deeply to be read.');
