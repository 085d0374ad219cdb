import { expect, test } from 'vitest';

test('The package exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual([
    'createFileSink',
    'createMemorySink',
    'fanOut',
    'openLineFile',
    'readLines',
    'workerExecuted',
    'workerFailed',
  ]);
});

test('The OpenTelemetry subpath exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/opentelemetry/index.ts')).sort()).toEqual([
    'createOpenTelemetrySink',
    'modelAttributes',
    'parseTraceparent',
    'withExecutionSpan',
    'writeTraceparent',
  ]);
});
