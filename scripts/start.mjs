/**
 * Makes the folder of `npm start`: documents where there are none yet, and the example workers as they
 * are built now, each as the package that would be published.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** Another folder than that of `npm start`, for whoever names one. */
const hall = process.argv[2] ?? join(root, '.wcp-hall');
const WORKERS = ['hello-worker', 'doc-summarizer'];
const PACKAGE = ['package.json', 'registry_record.json', 'dist/bundle.js'];

mkdirSync(hall, { recursive: true, mode: 0o700 });
cpSync(join(root, 'scripts/start'), hall, { recursive: true, force: false });
for (const worker of WORKERS) {
  for (const file of PACKAGE) {
    cpSync(join(root, 'workers', worker, file), join(hall, 'workers', worker, file));
  }
}
