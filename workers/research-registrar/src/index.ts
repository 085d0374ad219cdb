import { registrarFor } from './registrar.ts';

export { type Registrar, registrarFor } from './registrar.ts';
export type { Hit, Question, Registered, Registration } from './schema.ts';

/** Keeps documents with their vectors and finds them again (WCP section 10), in the file `WCP_RESEARCH_DB`. */
export const { worker } = registrarFor(process.env['WCP_RESEARCH_DB']);
