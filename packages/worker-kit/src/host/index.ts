export { readHallKeys } from '../permit/verify-permit.ts';
export type { HttpAddress } from '../serve/http/http-address.ts';
export type { HttpListener } from '../serve/http/http-worker.ts';
export { NoResult } from '../serve/http/no-result.ts';
export { type HostedWorker, openWorkerHost } from './open-worker-host.ts';
