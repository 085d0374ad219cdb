import { FOREIGN_TEXT_LIMITS, parseJson } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/utf8.ts';

const MAX_PERMIT_LENGTH = 8_192;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The W3C `traceparent` in a permit; null where there is none. It decides about nothing: whether the permit holds is
 * checked elsewhere.
 */
export function traceOfPermit(permit: unknown): string | null {
  if (typeof permit !== 'string' || permit.length > MAX_PERMIT_LENGTH) return null;
  try {
    const payload = decodeUtf8(Buffer.from(permit.split('.')[1] ?? '', 'base64url')) ?? '';
    const { traceparent } = Object(parseJson(payload, FOREIGN_TEXT_LIMITS)) as {
      readonly traceparent?: unknown;
    };
    return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : null;
  } catch {
    return null;
  }
}
