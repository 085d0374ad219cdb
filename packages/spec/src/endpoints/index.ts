export { WcpError, type WcpErrorCode } from '../base/error.ts';
export { FOREIGN_TEXT_LIMITS, type TextLimits, TextScanner } from '../json/text-limits.ts';
export { ENDPOINTS, type Endpoint, type OperationId } from './endpoints.ts';
