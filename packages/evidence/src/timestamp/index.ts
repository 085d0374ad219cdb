export { type TimestampRequest, timestampRequest } from './timestamp-request.ts';
export { type TimestampClaim, type VerifiedTimestamp, verifyTimestamp } from './verify-timestamp.ts';
