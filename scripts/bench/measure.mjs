/** Measuring on a noisy machine: side by side, in turns, in one run; what counts is the ratio. */

const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Milliseconds that one call takes. */
export function time(work) {
  const start = now();
  work();
  return now() - start;
}

/** The median of the times of several calls, in milliseconds. */
export function medianTime(work, rounds = 5) {
  return median(Array.from({ length: rounds }, () => time(work)));
}

/** Calls per second of each function, in short turns, so that a slow moment of the machine hits all alike. */
export function rates(functions, { rounds = 15, turn = 40 } = {}) {
  for (const work of functions) turnRate(work, 150);
  const samples = functions.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, work] of functions.entries()) samples[index].push(turnRate(work, turn));
  }
  return samples.map(median);
}

function turnRate(work, milliseconds) {
  const start = now();
  let calls = 0;
  while (now() - start < milliseconds) {
    for (let index = 0; index < 200; index += 1) work();
    calls += 200;
  }
  return (calls * 1000) / (now() - start);
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Megabytes on the heap after everything dead was collected. */
export function heap() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1_048_576;
}
