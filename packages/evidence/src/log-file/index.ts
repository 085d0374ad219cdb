export type { LogFileFinding } from './log-file-examiner.ts';
export { type LogFileExpectation, type LogFileVerification, verifyLogFile } from './verify-log-file.ts';
