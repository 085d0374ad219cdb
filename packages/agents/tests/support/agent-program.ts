/** An agent as a process: `{options, name, args, resume}` as its argument; it says how its call ended, and what ran. */
import { appendFileSync } from 'node:fs';
import { openGovernor } from '../../src/index.ts';

const { options, name, args, resume, log } = JSON.parse(process.argv[2] ?? '{}');
const governor = await openGovernor({
  ...options,
  tools: [
    {
      name,
      run(given: unknown) {
        appendFileSync(log, `${JSON.stringify(given)}\n`);
        return 'done';
      },
    },
  ],
});
const outcome = await (resume === undefined
  ? governor.call(name, args)
  : governor.resume(resume, { wait_ms: 20_000 }));
process.stdout.write(`${JSON.stringify(outcome)}\n`);
// One that holds a call stays, as an agent would, until it is killed.
if (outcome.kind !== 'held') await governor.close();
