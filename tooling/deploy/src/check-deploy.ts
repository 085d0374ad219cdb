/**
 * `npm run check:deploy`: what `deploy/` holds, against the schemas of Docker, Compose and Kubernetes and against rules of
 * its own; then the steps of the Containerfile, carried out in an empty folder, until a Hall answers its health check.
 * `-- --without-image` leaves the steps out. No image is built and no cluster is asked: neither program is needed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkChart } from './chart/check-chart.ts';
import { checkCompose } from './check-compose.ts';
import { checkContainerfile } from './image/check-containerfile.ts';
import { runContainerfile } from './image/run-containerfile.ts';

const ROOT = join(import.meta.dirname, '../../..');
const DEPLOY = join(ROOT, 'deploy');
const { values: options } = parseArgs({ options: { 'without-image': { type: 'boolean', default: false } } });
const textOf = (name: string) => readFileSync(join(DEPLOY, name), 'utf8');

const rows: readonly (readonly [name: string, check: () => string[] | Promise<string[]>])[] = [
  ['Containerfile', () => checkContainerfile(textOf('Containerfile'))],
  ['compose.yaml', () => checkCompose(textOf('compose.yaml'))],
  ['helm/wcp-hall', () => checkChart(join(DEPLOY, 'helm/wcp-hall'))],
  ...(options['without-image']
    ? []
    : [['Containerfile, step by step', () => runContainerfile(ROOT, textOf('Containerfile'))] as const]),
];

let failed = 0;
for (const [name, check] of rows) {
  const findings = await findingsOf(check);
  if (findings.length > 0) failed += 1;
  console.log(`${findings.length === 0 ? 'ok    ' : 'failed'} ${name}`);
  for (const finding of findings) console.log(`       ${finding}`);
}
console.log(`\ndeploy: ${rows.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** A check that breaks has not passed. */
async function findingsOf(check: () => string[] | Promise<string[]>): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    return [String(error)];
  }
}
