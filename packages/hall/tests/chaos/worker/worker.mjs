/** A worker without any library: leaves a trace of each run, takes its time, and now and then ends badly. */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const answer = (id, members) => process.stdout.write(`${JSON.stringify({ id, ...members })}\n`);
const done = { status: 'ok', result: { done: true }, telemetry: [], evidence: [], deny_reason: null };

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, context, request } = JSON.parse(line);
  if (context === undefined) return;
  appendFileSync(process.env.EXECUTIONS, `${context.decision_id}\n`);
  if (request.mood === 'crash') process.exit(1);
  if (request.mood === 'junk') process.stdout.write('junk\n');
  if (request.mood === 'hang') return;
  setTimeout(() => answer(id, done), Math.random() * 30);
});
