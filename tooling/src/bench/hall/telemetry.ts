import { fork } from 'node:child_process';
import { type BenchRow, sampledRow } from '../row.ts';
import { efficiencies, start } from './http.ts';

/** Routed decisions over HTTP, by the processor's time, of a Hall that reports every trace to a collector, in turns with one that reports nothing. */
export async function telemetryRows(): Promise<BenchRow[]> {
  const collector = fork(new URL('./collector-server.ts', import.meta.url));
  const url = await new Promise<string>((resolve) =>
    collector.once('message', (told) => resolve(String(told))),
  );
  const [plain, traced] = await Promise.all([start('hall'), start('traced', url)]);
  try {
    const [floor, samples] = await efficiencies(plain, traced);
    const taken = await new Promise<number>((resolve) => {
      collector.once('message', (requests) => resolve(Number(requests)));
      collector.send('requests');
    });
    if (taken === 0) throw new Error('The collector got nothing: nothing was measured.');
    return [
      sampledRow('telemetry: off, on one core', 'decisions/s', floor),
      sampledRow('telemetry: every trace, on one core', 'decisions/s', samples, floor),
    ];
  } finally {
    for (const each of [plain.process, traced.process, collector]) each.disconnect();
  }
}
