// R9: the same request goes to the same worker, many requests spread over all of them.
import { sha256 } from '@wcp/spec';
import { expect, test } from 'vitest';
import { compileWorld, decide } from '../../src/index.ts';
import { documentsOf, makeFacts, makeInput, makeRecord } from '../support.ts';

const crew = ['a', 'b', 'c', 'd'].map((name) => `org.acme.w.${name}`);
const crewWorld = (ids: readonly string[]) =>
  compileWorld({ ...documentsOf({}), workers: ids.map((worker_id) => makeRecord({ worker_id })) });

test('The eligible worker with the greatest SHA-256 of correlation id, line feed and worker id is selected.', () => {
  const world = crewWorld(crew);
  for (let index = 0; index < 100; index += 1) {
    const correlation_id = `c-${index}`;
    const hashes = crew.map((id) => [sha256(`${correlation_id}\n${id}`), id] as const).sort();
    const decision = decide(world, makeFacts(), makeInput({ correlation_id }));
    expect(decision.worker_id).toBe(hashes.at(-1)?.[1]);
  }
});

test('In the published example c-1 goes to org.acme.w.a.', () => {
  const world = crewWorld(['org.acme.w.b', 'org.acme.w.a']);
  expect(decide(world, makeFacts(), makeInput({ correlation_id: 'c-1' })).worker_id).toBe('org.acme.w.a');
});

test('4,000 correlation ids spread evenly over four workers', () => {
  const world = crewWorld(crew);
  const counts = new Map(crew.map((id) => [id, 0]));
  for (let index = 0; index < 4_000; index += 1) {
    const { worker_id } = decide(world, makeFacts(), makeInput({ correlation_id: `request-${index}` }));
    counts.set(String(worker_id), (counts.get(String(worker_id)) ?? 0) + 1);
  }
  expect([...counts.keys()]).toEqual(crew);
  // Four standard deviations about a thousand.
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(110);
});

test('A worker that is not eligible takes no part in the spread, and the others keep their requests.', () => {
  const world = crewWorld(crew);
  for (let index = 0; index < 200; index += 1) {
    const input = makeInput({ correlation_id: `request-${index}` });
    const whole = decide(world, makeFacts(), input).worker_id;
    const facts = makeFacts({ workers: { [crew[0] as string]: { available: false } } });
    const without = decide(world, facts, input).worker_id;
    expect(without).not.toBe(crew[0]);
    if (whole !== crew[0]) expect(without).toBe(whole);
  }
});
