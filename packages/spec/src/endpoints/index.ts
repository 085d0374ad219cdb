export { WcpError, type WcpErrorCode } from '../error.ts';
export { ENDPOINTS, type Endpoint, type OperationId } from './endpoints.ts';
