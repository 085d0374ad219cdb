export { compareText } from '../finding.ts';
export { normaliseHash, type Sha256, sha256 } from '../hash.ts';
export { escapeText, utf8Length } from '../text.ts';
export { canonicalJson, readCanonical } from './canonical-json.ts';
export { nestingOf, parseJson, parseUniqueJson } from './parse-json.ts';
