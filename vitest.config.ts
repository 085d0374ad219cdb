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

/**
 * Tests of whole programs, many processes and a browser: `npm run test:system` runs these and no others, `npm test` all
 * others. CI runs both.
 */
const SYSTEM = [
  'packages/agents/tests/processes.test.ts',
  'packages/cli/tests/commands/conformance/cheats.test.ts',
  'packages/cli/tests/commands/conformance/python-port.test.ts',
  'packages/cli/tests/commands/mcp/holds/matrix.test.ts',
  'packages/cli/tests/commands/mcp/worker.test.ts',
  'packages/cli/tests/commands/tour/pipeline-documents.test.ts',
  'packages/cli/tests/commands/tour/pipeline-long-documents.test.ts',
  'packages/cli/tests/commands/tour/pipeline.test.ts',
  'packages/cli/tests/commands/worker/serve.test.ts',
  'packages/cli/tests/commands/hall/doctor.test.ts',
  'packages/cli/tests/commands/mcp/changed-tool.test.ts',
  'packages/cli/tests/commands/mcp/nothing-left.test.ts',
  'packages/cli/tests/commands/mcp/wrap-package.test.ts',
  'packages/cli/tests/mcp/cancellation.test.ts',
  'packages/cli/tests/mcp/evidence.test.ts',
  'packages/cli/tests/mcp/results.test.ts',
  'packages/cli/tests/mcp/slow-reader.test.ts',
  'packages/cli/tests/run-named-commands.test.ts',
  'packages/cli/tests/secrets/secrets.test.ts',
  'packages/conformance/tests/report/size.test.ts',
  'packages/hall/tests/chaos/chaos.test.ts',
  'packages/hall/tests/crash/killed-hall.test.ts',
  'packages/hall/tests/deployment/special-files.test.ts',
  'packages/hall/tests/escapes/hall.test.ts',
  'packages/hall/tests/gate/failure-matrix.test.ts',
  'packages/hall/tests/storage/seal/every-table.test.ts',
  'packages/hall/tests/worker-host/serve-package.test.ts',
  'packages/mcp/tests/clients/sdk-over-stdio.test.ts',
  'packages/mcp/tests/gateway/everything-unchanged.test.ts',
  'packages/mcp/tests/gateway/tools-as-tasks.test.ts',
  'packages/mcp/tests/gateway/workers/changed-worker.test.ts',
  'packages/mcp/tests/gateway/workers/worker-calls.test.ts',
  'packages/mcp/tests/gateway/workers/worker-faces.test.ts',
  'packages/mcp/tests/upstream/npm/install.test.ts',
  'packages/mcp/tests/upstream/real-servers.test.ts',
  'packages/policy/tests/twins/twins.test.ts',
  'packages/sandbox/tests/egress/streaming.test.ts',
  'packages/sandbox/tests/escapes/as-another-user.test.ts',
  'packages/sandbox/tests/sandbox/endings.test.ts',
  'tooling/tests/mutants/python/list-mutants.test.ts',
  'tooling/tests/mutants/python/python-suite.test.ts',
  'tooling/tests/workers/embedder.test.ts',
  'tooling/tests/workers/research-registrar.test.ts',
  'tooling/tests/workers/without-access.test.ts',
  'workers/human-approver/tests/browser.test.ts',
  'workers/human-approver/tests/page/proof-script.test.ts',
  'workers/human-approver/tests/run-modes.test.ts',
];
const isSystem = process.env['WCP_SYSTEM'] === '1';

/** The tests of {@link SYSTEM} in a folder, relative to it. */
const systemTests = (folder: string) =>
  SYSTEM.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1));

const project = (folder: string, name: string) => ({
  extends: true as const,
  test: {
    name,
    root: at(`${folder}/${name}`),
    include: isSystem ? systemTests(join(folder, name)) : ['tests/**/*.test.ts'],
    exclude: isSystem ? [] : systemTests(join(folder, name)),
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
    // On a machine that nobody watches, what only a busy moment made late gets a second chance; a fault fails twice.
    retry: process.env['CI'] === undefined ? 0 : 1,
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
