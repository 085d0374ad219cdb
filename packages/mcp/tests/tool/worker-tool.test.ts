import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RegistryRecord } from '@wcp/spec';
import { expect, test } from 'vitest';
import { capabilityName, workerTool } from '../../src/tool/worker-tool.ts';

const FILE = join(import.meta.dirname, '../../../../workers/doc-summarizer/registry_record.json');
const RECORD: RegistryRecord = JSON.parse(readFileSync(FILE, 'utf8'));
const CAPABILITY = 'cap.doc.summarize';

function toolOf(description: unknown, change: Partial<RegistryRecord> = {}) {
  return workerTool({ ...RECORD, ...change, ext: { tools: { [CAPABILITY]: description } } }, CAPABILITY);
}

test('The summarizer of the examples is a tool with the schemas of its record, and hints from its envelope.', () => {
  const reading = workerTool(RECORD, CAPABILITY);
  expect(reading).toMatchObject({
    ok: true,
    tool: {
      worker_id: 'org.wcp-examples.doc-summarizer.demo',
      definition: {
        title: 'Summarise a document',
        inputSchema: { type: 'object', required: ['text'], additionalProperties: false },
        outputSchema: { type: 'object' },
        annotations: { readOnlyHint: true, destructiveHint: false, openWorldHint: false },
      },
    },
  });
  if (!reading.ok) throw new Error(reading.message);
  expect(reading.tool.checkInput({ text: 'A cat.', max_sentences: 3 })).toEqual([]);
  expect(reading.tool.checkInput({ text: '', max_sentences: 99, other: 1 })).toHaveLength(3);
});

test.each([
  ['is no object', 'text'],
  ['has no input_schema', { description: 'x' }],
  ['takes no object', { input_schema: { type: 'string' } }],
  ['has an input_schema that is none', { input_schema: { type: 'nothing' } }],
  ['has an output_schema that is none', { input_schema: {}, output_schema: { $async: true } }],
  ['has an output_schema of another kind', { input_schema: {}, output_schema: [] }],
])('A description that %s makes no tool, not an open one.', (_, description) => {
  expect(toolOf(description)).toMatchObject({
    ok: false,
    message: expect.stringContaining('cannot be used'),
  });
});

test('Without a description any object is taken, and the model reads so.', () => {
  const reading = workerTool({ ...RECORD, ext: {} }, CAPABILITY);
  expect(reading).toMatchObject({
    ok: true,
    tool: {
      definition: { inputSchema: { type: 'object' }, description: expect.stringContaining('any object') },
    },
  });
});

test('Only what the envelope says makes a reader: nothing is hinted that no Hall enforces.', () => {
  const open = { network_egress: 'unrestricted' } as const;
  const hints = (change: Partial<RegistryRecord>) => {
    const reading = toolOf({ input_schema: {}, annotations: { readOnlyHint: true } }, change);
    return reading.ok ? reading.tool.definition['annotations'] : null;
  };
  expect(hints({ privilege_envelope: open })).toMatchObject({ readOnlyHint: false, openWorldHint: true });
  const { privilege_envelope: _, ...without } = RECORD;
  const reading = workerTool({ ...without, ext: {} } as RegistryRecord, CAPABILITY);
  expect(reading).toMatchObject({ tool: { definition: { annotations: { readOnlyHint: false } } } });
});

test('A result that is no object is checked, but declared to no client: theirs take objects alone.', () => {
  const reading = toolOf({ input_schema: {}, output_schema: { type: 'string' } });
  if (!reading.ok) throw new Error(reading.message);
  expect(reading.tool.definition).not.toHaveProperty('outputSchema');
  expect([reading.tool.checkOutput('a'), reading.tool.checkOutput(1)].map(({ length }) => length)).toEqual([
    0, 1,
  ]);
});

test('A capability has a name that clients pass on: that of the catalog without its kind, or what its authority named.', () => {
  expect(['cap.doc.summarize', 'org.acme.count-words', 'x.me.a.b'].map(capabilityName)).toEqual([
    'doc_summarize',
    'count-words',
    'a_b',
  ]);
});
