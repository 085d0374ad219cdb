import { canonicalJson, WcpError } from '@wcp/spec';
import { inexactNumber } from '@wcp/spec/json';

/**
 * A copy as JSON, the way the Hall reads it: members that are undefined are left out, dates become texts.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON` where that would silently become another value
 */
export function plainJson(value: unknown): unknown {
  const text = canonicalJson(JSON.parse(written(value)));
  const finding = inexactNumber(text);
  if (finding !== null) throw refused(finding.message);
  return JSON.parse(text);
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value, exact) ?? 'null';
  } catch (cause) {
    throw cause instanceof WcpError ? cause : refused('This cannot be written as JSON.', cause);
  }
}

function exact(_: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw refused('NaN and Infinity are not JSON.');
}

function refused(message: string, cause?: unknown): WcpError {
  return new WcpError('ERR_WCP_CANONICAL_JSON', message, { cause });
}
