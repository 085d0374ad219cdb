/**
 * A Hall in a process of its own, for the bench of stores: it decides as much as it can for so many milliseconds
 * whenever it is told to, and answers with how much that was.
 */
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { createHall, type HallOptions } from '@wcp/hall';
import { input, rules } from '../world.ts';

/** Requests under way: a Hall at its limit commits many together. */
const IN_FLIGHT = 256;

const [place = '{}'] = process.argv.slice(2);
const hall = await createHall({
  ...(JSON.parse(place) as HallOptions),
  key: signingKeyFromSeed('0b'.repeat(32)),
  origin: 'bench.example/log',
  rules: rules(1),
});

async function decideFor(milliseconds: number): Promise<number> {
  const until = performance.now() + milliseconds;
  let decided = 0;
  const asking = Array.from({ length: IN_FLIGHT }, async (_, index) => {
    while (performance.now() < until) {
      await hall.route({ ...input('dev'), correlation_id: `bench-${process.pid}-${index}` });
      decided += 1;
    }
  });
  const began = performance.now();
  await Promise.all(asking);
  return (decided * 1_000) / (performance.now() - began);
}

process.on('message', (milliseconds: number) => {
  if (milliseconds > 0) void decideFor(milliseconds).then((rate) => process.send?.(rate));
  else void hall.close().then(() => process.disconnect());
});
process.send?.(0);
