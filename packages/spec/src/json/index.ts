export { WcpError } from '../base/error.ts';
export { compareText } from '../base/finding.ts';
export { normaliseHash, type Sha256, sha256 } from '../base/hash.ts';
export { escapeText, lineOf, utf8Length } from '../base/text.ts';
export { canonicalJson, readCanonical } from './canonical-json.ts';
export { inexactNumber } from './inexact-number.ts';
export { parseJson, parseUniqueJson } from './parse-json.ts';
export { exceededLimit, FOREIGN_TEXT_LIMITS, nestingOf, type TextLimits } from './text-limits.ts';
