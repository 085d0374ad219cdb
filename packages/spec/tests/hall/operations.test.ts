import { expect, expectTypeOf, test } from 'vitest';
import {
  type AnswerOf,
  ENDPOINTS,
  type ItemOf,
  OPERATIONS,
  type Operation,
  type OperationId,
  PROBLEMS,
  type RequestOf,
  ROLES,
} from '../../src/hall/index.ts';
import type { Receipt, RouteDecision } from '../../src/index.ts';

const ENTRIES = Object.entries(OPERATIONS) as [OperationId, Operation][];

test('Every endpoint has an operation with its method and path, and every operation an endpoint.', () => {
  expect(Object.keys(OPERATIONS).toSorted()).toEqual(Object.keys(ENDPOINTS).toSorted());
  for (const [id, operation] of ENTRIES) expect(operation).toMatchObject(ENDPOINTS[id]);
});

test('No two operations share a method and a path.', () => {
  const places = ENTRIES.map(([, { method, url }]) => `${method} ${url}`);
  expect(new Set(places).size).toBe(places.length);
});

test.each(ENTRIES)('%s describes an answer for each status that its endpoint promises', (id, operation) => {
  expect(Object.keys(operation.answers).map(Number)).toEqual(ENDPOINTS[id].statuses);
});

test.each(ENTRIES)('%s names only problems that exist, and only roles that exist', (_, operation) => {
  const statuses: ReadonlySet<number> = new Set(Object.values(PROBLEMS).map(({ status }) => status));
  for (const status of operation.problems) expect(statuses).toContain(status);
  for (const role of typeof operation.access === 'string' ? [] : operation.access)
    expect(ROLES).toContain(role);
});

test.each(ENTRIES)('%s has a schema for exactly the parameters of its path', (_, { url, params }) => {
  const declared = Object.keys((params as { properties?: object } | undefined)?.properties ?? {});
  expect(declared).toEqual([...url.matchAll(/:(\w+)/g)].map(([, name]) => name));
});

/** What the reader of documents checks, or what only describes: it would pass over any other keyword in silence. */
const CHECKED = new Set(
  'additionalProperties anyOf const description enum items maxItems maxLength maximum minItems minLength minimum minProperties pattern properties propertyNames required title type uniqueItems x-wcp-hash x-wcp-id x-wcp-open'.split(
    ' ',
  ),
);

function* keywordsIn(schema: object): Generator<string> {
  for (const [keyword, value] of Object.entries(schema)) {
    yield keyword;
    if (keyword === 'properties') for (const one of Object.values(value)) yield* keywordsIn(one as object);
    else if (['items', 'anyOf', 'additionalProperties', 'propertyNames'].includes(keyword))
      for (const one of [value].flat()) if (typeof one === 'object') yield* keywordsIn(one);
  }
}

test.each(ENTRIES)('%s asks for nothing of a request that its reader does not check', (_, operation) => {
  const { params = {}, query = {}, body = {} } = operation;
  for (const schema of [params, query, body])
    for (const keyword of keywordsIn(schema)) expect(CHECKED).toContain(keyword);
});

test('Only reading is retried freely, and of the rest only a dispatch with an Idempotency-Key.', () => {
  for (const { method, retry, url } of Object.values(ENDPOINTS)) {
    const expected = url === '/wcp/dispatch' ? 'keyed' : 'never';
    expect([url, retry]).toEqual([url, method === 'GET' ? 'safe' : expected]);
  }
});

test('The types of requests and answers follow the table.', () => {
  expectTypeOf<AnswerOf<'dispatch'>['decision']>().toEqualTypeOf<RouteDecision>();
  expectTypeOf<AnswerOf<'signCheckpoint'>>().toEqualTypeOf<string>();
  expectTypeOf<ItemOf<'listReceipts'>>().toEqualTypeOf<{
    readonly position: number;
    readonly receipt: Receipt;
  }>();
  expectTypeOf<RequestOf<'resolveApproval'>['body']['resolution']>().toEqualTypeOf<
    'approve' | 'deny' | 'escalate'
  >();
  expectTypeOf<RequestOf<'showLog'>['body']>().toEqualTypeOf<undefined>();
});
