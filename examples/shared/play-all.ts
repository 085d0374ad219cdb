/** `npm run check:agents`: every example, one after the other; exits with 1 where any of them differs. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const EXAMPLES = ['ai', 'openai', 'langchain', 'mastra', 'claude', 'hooks', 'docs'] as const;
const LIMIT_MS = 300_000;

const failed = EXAMPLES.filter((name) => {
  const file = fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url));
  return spawnSync(process.execPath, [file], { stdio: 'inherit', timeout: LIMIT_MS }).status !== 0;
});
console.log(`\nexamples: ${EXAMPLES.length - failed.length} ok, ${failed.length} failed ${failed.join(' ')}`);
process.exit(failed.length === 0 ? 0 : 1);
