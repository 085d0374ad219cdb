export { WcpError, type WcpErrorCode } from '../base/error.ts';
export { ENDPOINTS, type Endpoint, type OperationId } from './endpoints.ts';
