import { serveQuestions } from '../thread/serve-questions.ts';
import { type AuthzenRequest, MappingError } from './coaz/tool-call.ts';
import { type MappedCall, writeRequest } from './coaz/write-request.ts';

/** A request, or why none can be made of a call. */
export type WrittenRequest =
  | { readonly ok: true; readonly request: AuthzenRequest }
  | { readonly ok: false; readonly fault: string };

await serveQuestions<MappedCall>(async () => (call): WrittenRequest => {
  try {
    return { ok: true, request: writeRequest(call) };
  } catch (error) {
    if (error instanceof MappingError) return { ok: false, fault: error.message };
    throw error;
  }
});
