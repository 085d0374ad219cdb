import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeTool, sealRecord } from '../../src/index.ts';

test('The schemas of a worker become JSON Schemas: what a caller may leave out is optional in the input alone.', () => {
  const schema = z.strictObject({ text: z.string().min(1), limit: z.int().min(1).max(20).default(5) });
  const { input_schema, output_schema, ...words } = describeTool({
    title: 'T',
    description: 'D',
    input: schema,
    output: schema,
  });
  expect(words).toEqual({ title: 'T', description: 'D' });
  expect(input_schema).toMatchObject({
    type: 'object',
    properties: { text: { type: 'string', minLength: 1 }, limit: { default: 5, minimum: 1, maximum: 20 } },
    required: ['text'],
    additionalProperties: false,
  });
  expect(output_schema).toMatchObject({ required: ['text', 'limit'] });
});

test('What JSON Schema cannot say accepts anything there, and nothing valid is refused.', () => {
  const input = z
    .object({ document: z.custom<object>((value) => typeof value === 'object') })
    .refine(() => false);
  expect(describeTool({ input }).input_schema).toMatchObject({ properties: { document: {} } });
});

test('A JSON Schema is taken as it is, and members that were not given are absent.', () => {
  const input = { type: 'object', properties: { a: true } } as const;
  expect(describeTool({ input })).toEqual({ input_schema: input });
});

test('A schema that cannot be written as JSON Schema is refused, with a way out.', () => {
  const standard = { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } as const;
  const fails = () => {
    throw new TypeError('no');
  };
  for (const input of [
    { '~standard': standard },
    { '~standard': { ...standard, jsonSchema: { input: fails, output: fails } } },
  ]) {
    expect(() => describeTool({ input })).toThrow(
      expect.objectContaining({
        code: 'ERR_WCP_WORKER',
        message: expect.stringContaining('Give describeTool'),
      }),
    );
  }
});

test('Another description is another record.', () => {
  const record = (description: string) =>
    sealRecord({
      worker_id: 'org.acme.greeter.dev',
      worker_species_id: 'org.acme.greeter',
      capabilities: ['org.acme.greet'],
      risk_tier: 'low',
      ext: { tools: { 'org.acme.greet': describeTool({ description, input: { type: 'object' } }) } },
    });
  expect(record('A').artifact_hash).not.toBe(record('B').artifact_hash);
});
