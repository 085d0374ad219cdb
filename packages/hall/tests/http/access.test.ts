import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Method, PEOPLE, type Person, TestHall } from '../support/test-hall.ts';
import { EVERYBODY, ROWS, type Row } from './access-rows.ts';

let hall: TestHall;
beforeAll(async () => {
  hall = await TestHall.open();
});
afterAll(() => hall.close());

function expected({ status, who, other }: Row, person: Person): number {
  if (who.includes(person)) return status;
  return other?.[person] ?? (person === 'nobody' || person === 'revoked' ? 401 : 403);
}

/** Only the status: an answer that never ends is left. */
async function statusOf(person: Person, method: Method, url: string, body?: unknown): Promise<number> {
  const answer = await hall.hall.app.inject({
    method,
    url,
    headers: {
      ...hall.authorization(person),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    payloadAsStream: true,
  });
  answer.stream().destroy();
  return answer.statusCode;
}

/** Every route that the app really has, from its own router. */
function routesOf(): readonly string[] {
  const path: string[] = [];
  return hall.hall.app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', segment = '', methods = ''] = /^([│ ]*)[├└]── (\S+) \((.+)\)$/.exec(line) ?? [];
      if (segment === '') return [];
      path.splice(indent.length / 4, path.length, segment);
      return methods
        .split(', ')
        .filter((method) => method !== 'HEAD')
        .map((method) => `${method} ${path.join('')}`);
    });
}

/** Pages for people tell nothing by themselves: what they show they ask for with the key of whoever opens them. */
const PAGES = ['GET /approvals/:approval_id', 'GET /passkeys'];
/** Signed by the service of a chat: they are rows, and no operations of a client. */
const CALLBACKS = ['POST /wcp/approvals/slack', 'POST /wcp/approvals/teams'];

describe('access', () => {
  test('Every route of the Hall has a row in the table, and every row a route.', () => {
    const rows = ROWS.map(({ route }) => route);
    expect([...rows, ...PAGES].sort()).toEqual([...routesOf()].sort());
    expect(routesOf()).toContain('GET /wcp/freezes');
    expect(routesOf()).toContain('POST /wcp/keys/:key_id/rotate');
  });

  test('Every operation of the OpenAPI document is a row, and needs a key unless it is public.', () => {
    const { paths = {} } = hall.hall.app.swagger() as unknown as {
      paths: Record<string, Record<string, { security?: unknown[] }>>;
    };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
        isPublic: operation.security?.length === 0,
      })),
    );
    const open = ROWS.filter(({ who, status }) => who.includes('nobody') && status < 400).map(({ route }) =>
      String(route),
    );
    for (const { route, isPublic } of operations) {
      expect(ROWS.map((row) => String(row.route))).toContain(route);
      expect(isPublic, route).toBe(open.includes(route));
    }
    expect(operations).toHaveLength(ROWS.length - 1 - CALLBACKS.length);
  });

  test.each(ROWS.map((row) => [row.route, row] as const))(
    'The route %s answers each caller with the status of its row.',
    async (route, row) => {
      const seen: Record<string, number> = {};
      for (const person of EVERYBODY) {
        const { url, body } = await row.call(hall);
        seen[person] = await statusOf(person, route.split(' ')[0] as Method, url, body);
      }
      expect(seen).toEqual(Object.fromEntries(EVERYBODY.map((person) => [person, expected(row, person)])));
    },
  );

  test('A HEAD request needs the same permission as GET.', async () => {
    for (const { route, ...row } of ROWS) {
      if (!route.startsWith('GET ')) continue;
      const { url } = await row.call(hall);
      for (const person of ['nobody', 'owner', 'auditor'] as const) {
        expect(await statusOf(person, 'HEAD', url), `${person} ${url}`).toBe(
          expected({ route, ...row }, person),
        );
      }
    }
  });

  test('A path without a route is not found, whoever calls.', async () => {
    for (const person of EVERYBODY) {
      for (const url of ['/', '/wcp', '/wcp/nothing', '/wcp/workers/a/b', '/WCP/route', '/wcp/route/']) {
        const { status, json } = await hall.get(person, url);
        expect([person, url, status, json.code]).toEqual([person, url, 404, 'NOT_FOUND']);
      }
    }
  });

  test('A refusal names the role that is needed, and nothing about anybody else.', async () => {
    const { json, type } = await hall.get('owner', '/wcp/keys');
    expect(type).toContain('application/problem+json');
    expect(json).toEqual({
      type: 'urn:wcp:problem:forbidden',
      title: 'Permission denied',
      status: 403,
      code: 'FORBIDDEN',
      detail: 'This needs the role admin; you have worker-owner.',
    });
  });

  test('A revoked key authenticates nobody, at once and for good.', async () => {
    const made = await hall.post('admin', '/wcp/keys', { label: 'brief', roles: ['auditor'] });
    hall.keys.set('revoked', made.json.key);
    expect((await hall.get('revoked', '/wcp/log')).status).toBe(200);
    await hall.ask('admin', 'DELETE', `/wcp/keys/${made.json.key_id}`);
    expect((await hall.get('revoked', '/wcp/log')).json.code).toBe('UNAUTHENTICATED');
  });

  test('A rotated key and its successor both work during the grace period, then only the successor.', async () => {
    const made = await hall.post('admin', '/wcp/keys', { label: 'long', roles: ['auditor'] });
    const rotated = await hall.post('admin', `/wcp/keys/${made.json.key_id}/rotate`, { grace_seconds: 60 });
    const open = async (key: string) => {
      hall.keys.set('revoked', key);
      return (await hall.get('revoked', '/wcp/log')).status;
    };
    expect([await open(made.json.key), await open(rotated.json.key)]).toEqual([200, 200]);
    hall.pass(61);
    expect([await open(made.json.key), await open(rotated.json.key)]).toEqual([401, 200]);
  });

  test('The text of a key is shown once: no list, event, decision or log line holds it.', async () => {
    const texts = [...hall.keys.values()];
    const shown = await Promise.all(
      ['/wcp/keys', '/wcp/decisions?limit=1000', '/wcp/receipts?limit=1000', '/metrics', '/wcp/health'].map(
        async (url) => (await hall.get('admin', url)).text,
      ),
    );
    const all = [...shown, ...hall.logged].join('\n');
    const secretOf = (text: string) => text.slice('wcp_'.length + 13);
    expect(texts.filter((text) => all.includes(secretOf(text)))).toEqual([]);
    expect(Object.keys(PEOPLE).filter((label) => !all.includes(label))).toEqual([]);
  });
});
