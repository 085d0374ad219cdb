import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = import.meta.dirname;
const at = (path: string) => join(root, path);

/** Tests import packages by name and get their sources, so that a test never runs a stale build. */
const alias = [
  { find: /^@wcp\/([a-z-]+)$/, replacement: at('packages/$1/src/index.ts') },
  {
    find: /^@wcp\/([a-z-]+)\/([a-z-]+)$/,
    replacement: at('packages/$1/src/$2/index.ts'),
  },
  { find: '@wcp-workers/shared-text', replacement: at('workers/shared-text/src/index.ts') },
];

/** Their tests change nothing that another file could see, so files share a process. */
const SHARED = new Set([
  'conformance',
  'doc-chunker',
  'doc-summarizer',
  'evidence',
  'hello-worker',
  'shared-text',
  'telemetry',
  'tooling',
]);

const project = (folder: string, name: string) => ({
  extends: true as const,
  test: {
    name,
    root: at(`${folder}/${name}`),
    include: ['tests/**/*.test.ts'],
    isolate: !SHARED.has(name),
  },
});
const projects = ['packages', 'workers'].flatMap((folder) =>
  readdirSync(at(folder))
    .filter((name) => existsSync(at(`${folder}/${name}/tests`)))
    .map((name) => project(folder, name)),
);
projects.push(project('.', 'tooling'));

export default defineConfig({
  resolve: { alias },
  test: {
    projects,
    reporters: ['default', at('tooling/src/vitest/summary-reporter.ts')],
    testTimeout: 60_000,
    // Programs that tests start inherit it and start in half the time. The cache goes by the content of each file, so
    // what it holds is never stale.
    env: { NODE_COMPILE_CACHE: at('node_modules/.cache/wcp-compile') },
    // Many tests wait for a process or a disk: one more than there are cores keeps the cores busy.
    maxWorkers: availableParallelism() + 1,
    coverage: {
      provider: 'v8',
      // Resolved against the root of each project.
      include: ['src/**/*.ts'],
      exclude: ['**/*.d.ts'],
      thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 },
      reporter: ['text'],
    },
  },
});
