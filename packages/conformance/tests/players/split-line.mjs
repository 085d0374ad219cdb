/** Honest: an answer comes in pieces of three bytes, cut through characters of UTF-8. */
import { honest, play } from './player.mjs';

let queue = Promise.resolve();
const pause = () => new Promise((resolve) => setImmediate(resolve));

async function writeInPieces(text) {
  const bytes = Buffer.from(`${text}\n`);
  const middle = Math.floor(bytes.length / 2);
  for (const [from, to] of [
    [0, 3],
    [3, middle],
    [middle, middle + 1],
    [middle + 1, bytes.length],
  ]) {
    process.stdout.write(bytes.subarray(from, to));
    await pause();
  }
}

play({
  run: (request) => {
    const answer = honest(request);
    if (answer.result?.policy_version) answer.result.policy_version = 'Grüße, 世界 🎲'.repeat(20);
    queue = queue.then(() => writeInPieces(JSON.stringify(answer)));
  },
});
