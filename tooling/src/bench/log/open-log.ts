/** A process that opens the store of a large log, reads proofs, and says what that took: `node open-log.ts FILE`. */
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { openFileStorage } from '@wcp/hall/storage';
import { processorTime } from '../measure.ts';
import { ORIGIN, SEED } from './generate-log.ts';

const PROOFS = 200;

const [start, cpu] = [performance.now(), processorTime()];
const storage = await openFileStorage(process.argv[2] as string, {
  key: signingKeyFromSeed(SEED),
  origin: ORIGIN,
});
const [opened_ms, opened_cpu_ms] = [performance.now() - start, processorTime() - cpu];
const { size } = await storage.ledger.head();
const times: number[] = [];
const proofCpu = processorTime();
for (let proof = 0; proof < PROOFS; proof += 1) {
  const before = performance.now();
  await storage.ledger.proveInclusion(Math.floor((size / PROOFS) * proof), size);
  times.push(performance.now() - before);
}
const proof_cpu_ms = (processorTime() - proofCpu) / PROOFS;
const proof_ms = times.sort((a, b) => a - b)[PROOFS / 2];
// While it is checked in the background as well.
await new Promise((resolve) => setTimeout(resolve, 5_000));
const { checked } = await storage.ledger.storeCheck();
const memory_mib = process.memoryUsage().rss / 1_048_576;
await storage.close();
console.log(JSON.stringify({ size, opened_ms, opened_cpu_ms, proof_ms, proof_cpu_ms, memory_mib, checked }));
