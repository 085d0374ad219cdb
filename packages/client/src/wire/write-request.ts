import type { Endpoint } from '@wcp/spec/endpoints';
import { type CallOptions, JsonText } from './call-options.ts';
import { type Connection, readKey } from './connection.ts';
import { misuse } from './errors.ts';

/** A request that is ready to be sent, as often as may be. */
export interface HallRequest {
  readonly endpoint: Endpoint;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly isRepeatable: boolean;
}

type Members = Readonly<Record<string, unknown>>;

/** @throws {WcpError} `ERR_WCP_HALL` for an input that cannot be sent */
export function writeRequest(
  connection: Connection,
  endpoint: Endpoint,
  input: JsonText | object = {},
  options: CallOptions = {},
): HallRequest {
  const { path, rest } = fillPath(endpoint.url, input);
  const url = new URL(path, connection.url);
  const hasBody = endpoint.method === 'POST' || endpoint.method === 'PUT';
  if (!hasBody) writeQuery(url, rest);
  const text = input instanceof JsonText ? input.text : JSON.stringify(rest);
  const body = hasBody ? text : null;
  return {
    endpoint,
    url,
    headers: writeHeaders(connection, endpoint, options, body),
    body,
    isRepeatable:
      endpoint.retry === 'safe' || (endpoint.retry === 'keyed' && options.idempotencyKey !== undefined),
  };
}

function fillPath(
  template: string,
  input: JsonText | object,
): { readonly path: string; readonly rest: Members } {
  const rest: Record<string, unknown> = input instanceof JsonText ? {} : { ...input };
  const path = template.slice(1).replace(/:(\w+)/g, (_, name: string) => {
    const value = String(rest[name] ?? '');
    delete rest[name];
    // The URL's own rules would take these for a step up.
    if (/^\.{0,2}$/.test(value)) throw misuse(`${name} must be given, and be neither "." nor "..".`);
    return encodeURIComponent(value.toWellFormed());
  });
  return { path, rest };
}

function writeQuery(url: URL, members: Members): void {
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
}

function writeHeaders(
  { key }: Connection,
  { media }: Endpoint,
  options: CallOptions,
  body: string | null,
): Readonly<Record<string, string>> {
  const bearer = options.key === undefined ? key : readKey(options.key);
  const { idempotencyKey } = options;
  return {
    ...options.headers,
    accept: `${media}, application/problem+json`,
    ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
    ...(body !== null && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': readIdempotencyKey(idempotencyKey) }),
  };
}

function readIdempotencyKey(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw misuse('An idempotencyKey is 1 to 255 visible ASCII characters.');
}
