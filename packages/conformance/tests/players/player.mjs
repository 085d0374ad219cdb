/** The line protocol, for players that cheat in one point and are honest in all others. */
import { createInterface } from 'node:readline';
import { OPERATIONS, think } from './brain.mjs';

export const implementation = { name: 'player', language: 'JavaScript', version: '1.0.0' };
export const ops = Object.keys(OPERATIONS);
export const send = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
export const honest = (request) => ({ seq: request.seq, ...think(request) });

/** Plays: each of `start`, `run` and `stop` may be replaced. */
export function play({
  start = () => send({ ok: true, implementation, ops }),
  run = (request) => send(honest(request)),
  stop = () => process.exit(0),
}) {
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (line) => {
    const request = JSON.parse(line);
    ({ start, run, stop })[request.cmd](request);
  });
}

/** Plays, and changes the result of every decision. */
export const playDecisions = (change) =>
  play({
    run: (request) => {
      const answer = honest(request);
      send(request.op === 'decide' ? { ...answer, result: change(answer.result, request) } : answer);
    },
  });
