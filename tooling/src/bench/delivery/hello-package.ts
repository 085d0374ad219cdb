import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Delivery, packageDelivery } from '@wcp/hall';
import { parseRecord } from '@wcp/spec/document';
import { ROOT } from '../../repository/root.ts';

const WORKER = join(ROOT, 'workers/hello-worker');

/**
 * Copies the hello-worker into a folder as it is published: one file of code and what describes it. What is returned
 * opens a way to it.
 */
export function copyHelloPackage(folder: string): (isolation: 'contained' | 'declared') => Delivery {
  const dir = join(folder, 'package');
  mkdirSync(join(dir, 'dist'), { recursive: true });
  for (const file of ['package.json', 'registry_record.json', 'dist/bundle.js']) {
    cpSync(join(WORKER, file), join(dir, file));
  }
  const record = parseRecord(JSON.parse(readFileSync(join(dir, 'registry_record.json'), 'utf8')));
  if (!record.ok) throw new Error('The record of the worker is not valid.');
  const run = { program: 'dist/bundle.js' };
  const snapshots = join(folder, 'snapshots');
  return (isolation) => packageDelivery({ record: record.value, dir, run, snapshots, isolation });
}
