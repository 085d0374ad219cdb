import type { TelemetryEvent } from '@wcp/spec';
import { createFileSink, createMemorySink, fanOut, readLines } from '../../src/index.ts';
import { freshFile } from '../samples.ts';
import { sinkCases } from './sink.case.ts';

const summary = ({ event_id, correlation_id }: TelemetryEvent) => ({ event_id, correlation_id });

sinkCases('memory', async () => {
  const sink = createMemorySink();
  return { sink, kept: async () => sink.events.map(summary) };
});

sinkCases('file', async () => {
  const path = freshFile();
  const sink = await createFileSink(path);
  return { sink, kept: async () => ((await readLines(path)).values as TelemetryEvent[]).map(summary) };
});

sinkCases('fan-out', async () => {
  const first = createMemorySink();
  const second = createMemorySink();
  return { sink: fanOut([first, second]), kept: async () => second.events.map(summary) };
});
