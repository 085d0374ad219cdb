export type { ServerOptions } from '../server/server-options.ts';
export { type OpaBundleOptions, opaBundle } from './opa-bundle.ts';
export { type OpaServerOptions, opaServer } from './opa-server.ts';
