import { readFileSync } from 'node:fs';
import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Method, TestHall } from '../support/test-hall.ts';
import { EVERYBODY, ROWS } from './access-rows.ts';

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly parameters?: readonly { name: string; in: string; required?: boolean }[];
  readonly requestBody?: { readonly content: Record<string, { schema: object }> };
  readonly responses: Record<string, { description: string; content: Record<string, { schema: object }> }>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}

const COMMITTED = new URL('../../openapi.json', import.meta.url);
let hall: TestHall;
let document: Document;
let operations: { readonly method: string; readonly path: string; readonly operation: Operation }[];
beforeAll(async () => {
  hall = await TestHall.open();
  document = (await hall.get('nobody', '/wcp/openapi.json')).json;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
});
afterAll(() => hall.close());

/** Every object of the document, with the way to it. */
function* objectsIn(value: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>];
  for (const [name, member] of Object.entries(value)) yield* objectsIn(member, `${path}/${name}`);
}

function responsesOf(method: string, path: string): Operation['responses'] {
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${path} is not documented`);
  return operation.responses;
}

const compiled = new Map<object, ReturnType<typeof Compile>>();
function fits(schema: object, value: unknown): boolean {
  const known = compiled.get(schema) ?? Compile({ ...schema, components: document.components });
  compiled.set(schema, known);
  return known.Check(value);
}

/** AuthZEN wants 400 for a body of another type. */
function mayRefuse(path: string): string[] {
  return path.startsWith('/access/') ? ['400', '413'] : ['413', '415'];
}

describe('the OpenAPI document', () => {
  test('The committed document is the one that a Hall serves.', () => {
    const isCurrent = readFileSync(COMMITTED, 'utf8') === `${JSON.stringify(document, null, 2)}\n`;
    expect(isCurrent, '`npm run build && npm run schemas` writes it').toBe(true);
  });

  test('The document is OpenAPI 3.1 and gives each operation a unique name in camel case.', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
    for (const { operation } of operations) expect(operation.summary).toMatch(/^[A-Z].*[^.]$/);
  });

  test('Every parameter of every path is declared.', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name)).toEqual(inPath);
      for (const parameter of declared) expect(parameter.required).toBe(true);
    }
  });

  test('Every reference resolves, and every schema is referred to.', () => {
    const refs = [...objectsIn(document)].flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : []));
    const names = Object.keys(document.components.schemas);
    expect([...new Set(refs)].toSorted()).toEqual(
      names.map((name) => `#/components/schemas/${name}`).toSorted(),
    );
    expect(names).toEqual(expect.arrayContaining(['RouteInput', 'RouteDecision', 'Receipt', 'Problem']));
  });

  test('Nothing of the schema library shows in the document.', () => {
    for (const [path, object] of objectsIn(document)) {
      const odd = Object.keys(object).filter((name) => name.startsWith('~') || /^\$(?!ref$)/.test(name));
      expect([path, odd]).toEqual([path, []]);
    }
  });

  test('Every problem is a problem document, and every body may be too large or of another type.', () => {
    for (const { operation, path } of operations) {
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(description).toMatch(/^[A-Z].*\.$/);
        if (status >= '400') {
          expect(Object.keys(content), `${path} ${status}`).toContain('application/problem+json');
        }
      }
      const statuses = Object.keys(operation.responses);
      if (operation.requestBody !== undefined)
        expect(statuses).toEqual(expect.arrayContaining(mayRefuse(path)));
      expect(statuses).toContain('429');
    }
  });

  test('Every schema compiles.', () => {
    for (const schema of Object.values(document.components.schemas)) {
      expect(() => fits(schema, null)).not.toThrow();
    }
  });
});

describe('the status and the schema of every answer', () => {
  test.each(
    ROWS.filter(({ route }) => !/openapi|events|slack|teams/.test(route)).map(
      (row) => [row.route, row] as const,
    ),
  )('The route %s answers as documented.', async (route, row) => {
    const [method = '', path = ''] = route.split(' ');
    const responses = responsesOf(method, path.replace(/:(\w+)/g, '{$1}'));
    for (const person of EVERYBODY) {
      const { url, body } = await row.call(hall);
      check(responses, await hall.ask(person, method as Method, url, body));
    }
    if (row.route.startsWith('POST ') || row.route.startsWith('PUT ')) {
      const [person = 'admin'] = row.who;
      const { url } = await row.call(hall);
      check(responses, await hall.ask(person, method as Method, url, { nothing: 'known' }));
      check(responses, await hall.ask(person, method as Method, url));
    }
  });

  test('A hold, a denial and a stale approval are answered as documented.', async () => {
    const responses = responsesOf('POST', '/wcp/approvals/resolve');
    for (const kind of ['held', 'executed', 'incident'] as const) {
      const { approval_id } = await hall.hold(kind);
      check(responses, await hall.resolve('steward', approval_id));
      check(responses, await hall.resolve('steward', approval_id, { resolution: 'approve', result: [1] }));
      const shown = await hall.get('steward', `/wcp/approvals/${approval_id}`);
      check(responsesOf('GET', '/wcp/approvals/{approval_id}'), shown);
    }
  });
});

function check(responses: Operation['responses'], { status, type, json, text }: Answer): void {
  const promised = responses[status];
  expect(promised, `${status} ${text.slice(0, 300)}`).toBeDefined();
  const media = promised?.content[type.split(';')[0] as string];
  expect(media, `${status} ${type}`).toBeDefined();
  if (json !== null) expect([fits(media?.schema as object, json), text]).toEqual([true, text]);
}
