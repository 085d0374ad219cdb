export { authorityOf, checkId, ID_KINDS, type IdCheck, type IdKind } from './id.ts';
