export type { ServerOptions } from '../server/server-options.ts';
export { type AuthzenOptions, authzenServer } from './authzen-server.ts';
export type { AuthzenMapping } from './evaluation.ts';
