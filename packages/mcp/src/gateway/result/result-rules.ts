import type { ServerSettings } from '../../config/server-schema.ts';
import { SECRET_PATTERNS, type SecretPattern } from './secret-patterns.ts';

/** What of a result passes. */
export interface ResultRules {
  /** The longest result in bytes of JSON; null for no limit but that of the server's messages. */
  readonly max_bytes: number | null;
  readonly patterns: readonly SecretPattern[];
}

/** The rules that the settings of a server make. */
export function resultRules({ results }: Pick<ServerSettings, 'results'>): ResultRules {
  const own = results.redact.map((source) => ({ name: 'pattern', pattern: new RegExp(source, 'gu') }));
  return {
    max_bytes: results.max_bytes ?? null,
    patterns: [...(results.redact_secrets ? SECRET_PATTERNS : []), ...own],
  };
}

/**
 * A result without what its rules keep back: in every text of it, its structured content and the names of members
 * included. Binary content is not read. The result itself where there is nothing to keep back.
 */
export function redacted(value: unknown, patterns: readonly SecretPattern[]): unknown {
  if (patterns.length === 0) return value;
  if (typeof value === 'string') return redactedText(value, patterns);
  if (Array.isArray(value)) return value.map((each) => redacted(each, patterns));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      redactedText(name, patterns),
      isBinary(name, value) ? member : redacted(member, patterns),
    ]),
  );
}

function redactedText(text: string, patterns: readonly SecretPattern[]): string {
  return patterns.reduce((left, { name, pattern }) => left.replaceAll(pattern, `[redacted: ${name}]`), text);
}

/** Base64 is not text: a pattern in it means nothing, and its replacement would break it. */
function isBinary(name: string, block: object): boolean {
  if (name === 'blob') return 'uri' in block;
  const { type } = block as { readonly type?: unknown };
  return name === 'data' && (type === 'image' || type === 'audio');
}

/** Whether a result is longer than its rules let pass. */
export function isTooLong(result: unknown, { max_bytes }: ResultRules): boolean {
  return max_bytes !== null && Buffer.byteLength(JSON.stringify(result) ?? '') > max_bytes;
}
