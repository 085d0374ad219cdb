import type { Delivered } from '@wcp/hall';
import { DELIVERY_CODES } from '@wcp/hall';
import type { WorkerResult } from '@wcp/spec';
import { isObject, type Members, ownMember } from '../base/members.ts';
import { upstreamError } from '../upstream/upstream-error.ts';

/** How a call of a tool ended, apart from its time. */
export type CallEnd = Omit<Delivered, 'duration_ms'>;

/** What a server may ask its client for in a result. */
export interface AllowedInputs {
  /** Its requests as the client gets them; null where one of them does not pass. */
  inputs(requests: unknown): Members | null;
}

const NOT_RESULT: CallEnd = { status: 'error', result: null, code: 'DELIVERY_INVALID_RESULT' };
const INPUT_REFUSED = {
  code: 'MCP_INPUT_REFUSED',
  message:
    'The tool asks its client for something that the operator has not turned on for this server: it has not done what it was asked.',
};

/**
 * The end of a call that the server answered. A result that says of itself that it is an error is a result: it comes
 * through unchanged like any other. One that asks for input does so only for what the operator has turned on.
 */
export function endOfResult(result: unknown, allowed: AllowedInputs): CallEnd {
  if (!isObject(result)) return NOT_RESULT;
  if (ownMember(result, 'resultType') !== 'input_required') return passed(result);
  const inputs = allowed.inputs(ownMember(result, 'inputRequests'));
  if (inputs === null) return endOfRefusal(INPUT_REFUSED);
  return passed({ ...result, ...(Object.hasOwn(result, 'inputRequests') && { inputRequests: inputs }) });
}

/** The end of a call whose answer does not pass, for a reason of the gateway's own. */
export function endOfRefusal(deny_reason: { readonly code: string; readonly message: string }): CallEnd {
  return { status: 'error', result: answer({ status: 'denied', deny_reason }), code: null };
}

/** The end of a call that brought no result: an error of the server is an answer, anything else a code. */
export function endOfError(thrown: unknown): CallEnd {
  const { code, message, data } = upstreamError(thrown, 'DELIVERY_FAILED');
  if (typeof code === 'string') return { status: DELIVERY_CODES[code].status, result: null, code };
  const mcp = { code, message, ...(data !== undefined && { data }) };
  const deny_reason = { code: 'MCP_ERROR', message, mcp };
  return { status: 'error', result: answer({ status: 'error', deny_reason }), code: null };
}

function passed(result: Members): CallEnd {
  return { status: 'ok', result: answer({ status: 'ok', result }), code: null };
}

function answer(members: Partial<WorkerResult>): WorkerResult {
  return { status: 'ok', result: null, telemetry: [], evidence: [], deny_reason: null, ...members };
}
