import { registrarFor } from './registrar.ts';

export { type Registrar, registrarFor } from './registrar.ts';
export type { Hit, Question, Registered, Registration } from './schema.ts';

/** Registers documents with their vectors in the file `WCP_RESEARCH_DB`, and finds them again (WCP section 10). */
export const { worker } = registrarFor(process.env['WCP_RESEARCH_DB']);
