/**
 * Makes the folder of `npm start`: documents where there are none yet, and the example workers as they
 * are built now, each as the package that would be published. An argument names another folder.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../repository/root.ts';

const hall = process.argv[2] ?? join(ROOT, '.wcp-hall');
const WORKERS = ['hello-worker', 'doc-summarizer'];
const PACKAGE = ['package.json', 'registry_record.json', 'dist/bundle.js'];

mkdirSync(hall, { recursive: true, mode: 0o700 });
cpSync(join(import.meta.dirname, 'documents'), hall, { recursive: true, force: false });
for (const worker of WORKERS) {
  for (const file of PACKAGE) {
    cpSync(join(ROOT, 'workers', worker, file), join(hall, 'workers', worker, file));
  }
}
