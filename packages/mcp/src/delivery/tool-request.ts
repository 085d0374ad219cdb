import { isObject, ownMember } from '../base/members.ts';
import { continuation } from './linked-client.ts';

/** The parameters of a call of a tool at its server. */
export interface ToolParams {
  readonly name: string;
  readonly arguments?: unknown;
  readonly inputResponses?: unknown;
  readonly requestState?: unknown;
}

/**
 * The parameters in the request of a dispatch, `{tool, arguments}`; null for a request that names another tool than the
 * one that was decided about. A call that goes on with what a tool asked for has `input_responses` and `request_state`.
 */
export function toolParams(request: unknown, name: string): ToolParams | null {
  if (!isObject(request) || ownMember(request, 'tool') !== name) return null;
  const given = ownMember(request, 'arguments');
  if (given !== undefined && !isObject(given)) return null;
  return {
    name,
    ...(given !== undefined && { arguments: given }),
    ...continuation(request),
  };
}
