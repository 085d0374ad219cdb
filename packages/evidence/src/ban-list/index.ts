export { type BanListDraft, bannedHashes, parseBanList, signBanList } from './ban-list.ts';
export {
  type BanListCode,
  type BanListExpectation,
  type BanListVerdict,
  verifyBanList,
} from './verify-ban-list.ts';
