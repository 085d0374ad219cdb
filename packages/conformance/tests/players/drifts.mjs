/** Forgets its first answer: the second to the same question has another digest of the world. */
import { playDecisions } from './player.mjs';

let asked = 0;
playDecisions((decision) => {
  asked += 1;
  return { ...decision, world_digest: `sha256:${String(asked).padStart(64, '0')}` };
});
