import type { IncomingHttpHeaders } from 'node:http';
import { RPC_CODES, RpcError, type RpcRequest } from '../../base/json-rpc.ts';
import { isObject, type Members, membersOf, ownMember } from '../../base/members.ts';
import { META } from '../revisions.ts';

/** The member of the parameters that `Mcp-Name` repeats. */
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};
const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const VISIBLE = /^[\t\x20-\x7e]*$/;
const MAX_DEPTH = 16;

/**
 * Holds the headers of a request to its body: what is between client and server may have judged by the headers alone.
 *
 * @throws {RpcError} `-32020`
 */
export function checkMirroredHeaders(headers: IncomingHttpHeaders, { method, params }: RpcRequest): void {
  const revision = ownMember(params['_meta'], META.version);
  checkHeader(headers, 'MCP-Protocol-Version', revision, false);
  checkHeader(headers, 'Mcp-Method', method, false);
  const member = Object.hasOwn(NAMED, method) ? NAMED[method] : undefined;
  const value = member === undefined ? undefined : params[member];
  if (typeof value === 'string') checkHeader(headers, 'Mcp-Name', value, true);
}

/**
 * Holds the headers `Mcp-Param-…` of a call to its arguments, as the definition of the tool asks (`x-mcp-header`).
 *
 * @throws {RpcError} `-32020`
 */
export function checkParameterHeaders(
  headers: IncomingHttpHeaders,
  definition: unknown,
  given: unknown,
): void {
  for (const { name, path } of mirroredParameters(ownMember(definition, 'inputSchema'), [])) {
    const value = path.reduce<unknown>((inner, member) => ownMember(inner, member), given);
    if (value === undefined || value === null || typeof value === 'object') continue;
    checkHeader(headers, `Mcp-Param-${name}`, value, true);
  }
}

/** The parameters of a schema that are repeated in headers: those that chains of `properties` alone lead to. */
function* mirroredParameters(
  schema: unknown,
  path: readonly string[],
): Generator<{ readonly name: string; readonly path: readonly string[] }> {
  if (path.length > MAX_DEPTH) return;
  for (const [member, property] of Object.entries(membersOf(ownMember(schema, 'properties')))) {
    if (!isObject(property)) continue;
    const inner = [...path, member];
    const name = ownMember(property, 'x-mcp-header');
    if (typeof name === 'string' && name !== '') yield { name, path: inner };
    yield* mirroredParameters(property, inner);
  }
}

function checkHeader(
  headers: IncomingHttpHeaders,
  name: string,
  value: unknown,
  mayBeEncoded: boolean,
): void {
  const header = headers[name.toLowerCase()];
  if (typeof header !== 'string') throw mismatch(`The header ${name} is missing.`);
  const text = mayBeEncoded ? decoded(header) : header;
  if (text === null || !isSame(text, value))
    throw mismatch(`The header ${name} does not agree with the body.`);
}

function isSame(text: string, value: unknown): boolean {
  if (typeof value === 'number') return /^-?\d+(?:\.\d+)?$/.test(text) && Number(text) === value;
  return text === String(value);
}

/** Null for what no client may send. */
function decoded(header: string): string | null {
  const encoded = ENCODED.exec(header)?.[1];
  if (encoded === undefined) return VISIBLE.test(header) ? header : null;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function mismatch(message: string): RpcError {
  return new RpcError(RPC_CODES.headerMismatch, message);
}

/** The definition of a tool in a list. */
export function definitionOf(tools: readonly unknown[], name: unknown): Members | null {
  return (tools.find((tool) => ownMember(tool, 'name') === name) as Members | undefined) ?? null;
}
