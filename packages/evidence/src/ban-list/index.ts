export type { BanListCode } from '../base/finding.ts';
export { type BanListDraft, bannedHashes, parseBanList, signBanList } from './ban-list.ts';
export { type BanListExpectation, type BanListVerification, verifyBanList } from './verify-ban-list.ts';
