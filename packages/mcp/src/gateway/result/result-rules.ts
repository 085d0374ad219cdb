import type { ServerSettings } from '../../config/server-schema.ts';
import { SECRET_PATTERNS, type SecretPattern } from './secret-patterns.ts';

/** What is kept back of a result. */
export interface ResultRules {
  readonly patterns: readonly SecretPattern[];
}

/** The rules that the settings of a server make. */
export function resultRules({ results }: Pick<ServerSettings, 'results'>): ResultRules {
  const own = results.redact.map((source) => ({ name: 'pattern', pattern: new RegExp(source, 'gu') }));
  return { patterns: [...(results.redact_secrets ? SECRET_PATTERNS : []), ...own] };
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
