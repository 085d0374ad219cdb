import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
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

/**
 * Tests that replace a module, or change their process before their first test. Each has a process to itself; all other
 * files share some, because loading a package takes longer than most files do: what a test changes, it puts back, and
 * what its support is to clean up it leaves to `afterFile`.
 */
const ALONE = [
  'packages/cli/tests/run-cli.test.ts',
  'packages/hall/tests/delivery/package/package-hash-cache.test.ts',
  'packages/hall/tests/registry/manifest-verifier.test.ts',
  'packages/hall/tests/telemetry/packages.test.ts',
  'packages/router/tests/decision/decide.test.ts',
  'packages/sandbox/tests/egress/judge-address.test.ts',
  'packages/sandbox/tests/probe/probe-sandbox.test.ts',
  'workers/doc-hasher/tests/run-modes.test.ts',
];

/**
 * Tests of whole programs, many processes and a browser, and the files that take long, five seconds or more: `npm run
 * test:system` runs these and no others, `npm test` all others. CI runs both.
 */
const SYSTEM = [
  'packages/agents/tests/processes.test.ts',
  'packages/cli/tests/auditor/flipped-bytes.test.ts',
  'packages/cli/tests/auditor/tamperings.test.ts',
  'packages/cli/tests/base/open-file.test.ts',
  'packages/cli/tests/commands/conformance/cheats.test.ts',
  'packages/cli/tests/commands/conformance/conformance.test.ts',
  'packages/cli/tests/commands/conformance/python-port.test.ts',
  'packages/cli/tests/commands/conformance/same-report.test.ts',
  'packages/cli/tests/commands/decide/replay-gate.test.ts',
  'packages/cli/tests/commands/decide/replay.test.ts',
  'packages/cli/tests/commands/documents/validate.test.ts',
  'packages/cli/tests/commands/evidence/archive.test.ts',
  'packages/cli/tests/commands/exports/exports.test.ts',
  'packages/cli/tests/commands/hall/backup.test.ts',
  'packages/cli/tests/commands/hall/doctor.test.ts',
  'packages/cli/tests/commands/hall/restored-archive.test.ts',
  'packages/cli/tests/commands/hall/serve.test.ts',
  'packages/cli/tests/commands/hall/signer.test.ts',
  'packages/cli/tests/commands/hook/hook.test.ts',
  'packages/cli/tests/commands/mcp/changed-tool.test.ts',
  'packages/cli/tests/commands/mcp/holds/matrix.test.ts',
  'packages/cli/tests/commands/mcp/nothing-left.test.ts',
  'packages/cli/tests/commands/mcp/worker.test.ts',
  'packages/cli/tests/commands/mcp/wrap-package.test.ts',
  'packages/cli/tests/commands/mcp/wrap.test.ts',
  'packages/cli/tests/commands/receipts/verify-decisions.test.ts',
  'packages/cli/tests/commands/store/migrate.test.ts',
  'packages/cli/tests/commands/tour/demo.test.ts',
  'packages/cli/tests/commands/tour/pipeline-documents.test.ts',
  'packages/cli/tests/commands/tour/pipeline-long-documents.test.ts',
  'packages/cli/tests/commands/tour/pipeline.test.ts',
  'packages/cli/tests/commands/witness/serve.test.ts',
  'packages/cli/tests/commands/worker/serve.test.ts',
  'packages/cli/tests/commands/workers/attested-worker.test.ts',
  'packages/cli/tests/compile-cache.test.ts',
  'packages/cli/tests/docs/evidence.test.ts',
  'packages/cli/tests/docs/policy-engines.test.ts',
  'packages/cli/tests/evidence/examine-part-file.test.ts',
  'packages/cli/tests/mcp/cancellation.test.ts',
  'packages/cli/tests/mcp/evidence.test.ts',
  'packages/cli/tests/mcp/results.test.ts',
  'packages/cli/tests/mcp/slow-reader.test.ts',
  'packages/cli/tests/program.test.ts',
  'packages/cli/tests/run-named-commands.test.ts',
  'packages/cli/tests/secrets/secrets.test.ts',
  'packages/client/tests/browser.test.ts',
  'packages/conformance/tests/killed-referee.test.ts',
  'packages/conformance/tests/players.test.ts',
  'packages/conformance/tests/report/size.test.ts',
  'packages/conformance/tests/report/statements.test.ts',
  'packages/conformance/tests/run-conformance.test.ts',
  'packages/evidence/tests/key/command-signer.test.ts',
  'packages/evidence/tests/log-file/verify-log-file.test.ts',
  'packages/evidence/tests/tiles/verify-tiles.test.ts',
  'packages/hall/tests/approval/chat/slack.test.ts',
  'packages/hall/tests/approval/notification/webhooks.test.ts',
  'packages/hall/tests/approval/passkey/browser.test.ts',
  'packages/hall/tests/approval/passkey/confirmation.test.ts',
  'packages/hall/tests/chaos/chaos.test.ts',
  'packages/hall/tests/checkpoints/witnesses.test.ts',
  'packages/hall/tests/crash/killed-archive.test.ts',
  'packages/hall/tests/crash/killed-backup.test.ts',
  'packages/hall/tests/crash/killed-database.test.ts',
  'packages/hall/tests/crash/killed-export.test.ts',
  'packages/hall/tests/crash/killed-forgetting.test.ts',
  'packages/hall/tests/crash/killed-hall.test.ts',
  'packages/hall/tests/crash/killed-halls.test.ts',
  'packages/hall/tests/crash/killed-migration.test.ts',
  'packages/hall/tests/crash/killed-rotation.test.ts',
  'packages/hall/tests/crash/killed-transfer.test.ts',
  'packages/hall/tests/crash/killed-witness.test.ts',
  'packages/hall/tests/delivery/package/contained.test.ts',
  'packages/hall/tests/delivery/package/package-delivery.test.ts',
  'packages/hall/tests/delivery/package/package-snapshots.test.ts',
  'packages/hall/tests/delivery/package/swap.test.ts',
  'packages/hall/tests/delivery/process/worker-process.test.ts',
  'packages/hall/tests/delivery/pull/pull-delivery.test.ts',
  'packages/hall/tests/deployment/backup/backup.test.ts',
  'packages/hall/tests/deployment/doctor/services/checkpoint-checks.test.ts',
  'packages/hall/tests/deployment/document-watch.test.ts',
  'packages/hall/tests/deployment/lived-log/lived-log.property.test.ts',
  'packages/hall/tests/deployment/log-keys.test.ts',
  'packages/hall/tests/deployment/migrate/migrate-store.test.ts',
  'packages/hall/tests/deployment/no-target.test.ts',
  'packages/hall/tests/deployment/open-deployment.test.ts',
  'packages/hall/tests/deployment/policy-gate.test.ts',
  'packages/hall/tests/deployment/postgres.test.ts',
  'packages/hall/tests/deployment/settings/server-file.test.ts',
  'packages/hall/tests/deployment/special-files.test.ts',
  'packages/hall/tests/deployment/trust.test.ts',
  'packages/hall/tests/escapes/forged.test.ts',
  'packages/hall/tests/escapes/hall.test.ts',
  'packages/hall/tests/export/exporter.test.ts',
  'packages/hall/tests/failure/damaged-store.test.ts',
  'packages/hall/tests/failure/tampered-store.test.ts',
  'packages/hall/tests/fuzz/fuzz.test.ts',
  'packages/hall/tests/gate/failure-matrix.test.ts',
  'packages/hall/tests/http/events.test.ts',
  'packages/hall/tests/http/log.test.ts',
  'packages/hall/tests/identity/secrets.test.ts',
  'packages/hall/tests/many/dead-halls.test.ts',
  'packages/hall/tests/many/linear-history.test.ts',
  'packages/hall/tests/many/many-halls.test.ts',
  'packages/hall/tests/payload/forget.test.ts',
  'packages/hall/tests/registry/ban-list/subscription.test.ts',
  'packages/hall/tests/registry/last-enrolment.test.ts',
  'packages/hall/tests/registry/signatures.test.ts',
  'packages/hall/tests/registry/signed-packages.test.ts',
  'packages/hall/tests/storage/archive/archive-log.test.ts',
  'packages/hall/tests/storage/ledger/background-check.test.ts',
  'packages/hall/tests/storage/migration/migration.test.ts',
  'packages/hall/tests/storage/seal/every-table.test.ts',
  'packages/hall/tests/telemetry/otlp.test.ts',
  'packages/hall/tests/worker-host/serve-package.test.ts',
  'packages/mcp/tests/catalog/rug-pull.test.ts',
  'packages/mcp/tests/catalog/tool-catalog.test.ts',
  'packages/mcp/tests/clients/sdk-over-stdio.test.ts',
  'packages/mcp/tests/delivery/mcp-delivery.test.ts',
  'packages/mcp/tests/face/unread.test.ts',
  'packages/mcp/tests/gateway/everything-unchanged.test.ts',
  'packages/mcp/tests/gateway/held-results.test.ts',
  'packages/mcp/tests/gateway/oauth.test.ts',
  'packages/mcp/tests/gateway/open-gateway.test.ts',
  'packages/mcp/tests/gateway/passed-requests.test.ts',
  'packages/mcp/tests/gateway/remote-gateway.test.ts',
  'packages/mcp/tests/gateway/server-tasks.test.ts',
  'packages/mcp/tests/gateway/tools-as-tasks.test.ts',
  'packages/mcp/tests/gateway/workers/changed-worker.test.ts',
  'packages/mcp/tests/gateway/workers/worker-calls.test.ts',
  'packages/mcp/tests/gateway/workers/worker-faces.test.ts',
  'packages/mcp/tests/gateway/workers/worker-tools.test.ts',
  'packages/mcp/tests/hold/held-tasks.test.ts',
  'packages/mcp/tests/upstream/contained.test.ts',
  'packages/mcp/tests/upstream/npm/install.test.ts',
  'packages/mcp/tests/upstream/processes.test.ts',
  'packages/mcp/tests/upstream/real-servers.test.ts',
  'packages/mcp/tests/upstream/stdio.test.ts',
  'packages/policy/tests/authzen/tool-calls.test.ts',
  'packages/policy/tests/cedar/bounds.test.ts',
  'packages/policy/tests/cedar/load.test.ts',
  'packages/policy/tests/opa/bundle.test.ts',
  'packages/policy/tests/twins/twins.test.ts',
  'packages/router/tests/hostile/isolation.test.ts',
  'packages/router/tests/hostile/pollution.test.ts',
  'packages/router/tests/naive/agreement-soak.test.ts',
  'packages/router/tests/naive/agreement.test.ts',
  'packages/sandbox/tests/egress/confined-client.test.ts',
  'packages/sandbox/tests/egress/forwarded-client.test.ts',
  'packages/sandbox/tests/egress/node-client.test.ts',
  'packages/sandbox/tests/egress/sandboxed.test.ts',
  'packages/sandbox/tests/egress/streaming.test.ts',
  'packages/sandbox/tests/escapes/as-another-user.test.ts',
  'packages/sandbox/tests/escapes/escapes.test.ts',
  'packages/sandbox/tests/sandbox/contained.test.ts',
  'packages/sandbox/tests/sandbox/declared.test.ts',
  'packages/sandbox/tests/sandbox/endings.test.ts',
  'packages/sandbox/tests/sandbox/staged.test.ts',
  'packages/spec/tests/document/parse/schema-reader.test.ts',
  'packages/spec/tests/document/schemas.test.ts',
  'packages/spec/tests/input/read-route-input.test.ts',
  'packages/worker-kit/tests/serve/http/serve-http.test.ts',
  'packages/worker-kit/tests/serve/lines/serve-lines.test.ts',
  'packages/worker-kit/tests/serve/serve-permits.test.ts',
  'packages/worker-kit/tests/serve/serve-worker.test.ts',
  'packages/worker-kit/tests/testing/program-worker.test.ts',
  'tooling/tests/check/elapsed-time.test.ts',
  'tooling/tests/check/examples.test.ts',
  'tooling/tests/check/formatting.test.ts',
  'tooling/tests/mutants/python/list-mutants.test.ts',
  'tooling/tests/mutants/python/python-suite.test.ts',
  'tooling/tests/mutants/run/try-mutants.test.ts',
  'tooling/tests/workers/doc-hasher.test.ts',
  'tooling/tests/workers/embedder.test.ts',
  'tooling/tests/workers/human-approver.test.ts',
  'tooling/tests/workers/research-registrar.test.ts',
  'tooling/tests/workers/start.test.ts',
  'tooling/tests/workers/web-fetcher.test.ts',
  'tooling/tests/workers/without-access.test.ts',
  'workers/doc-chunker/tests/chunk-document.test.ts',
  'workers/doc-summarizer/tests/run-modes.test.ts',
  'workers/doc-summarizer/tests/summarize.test.ts',
  'workers/embedder/tests/bundle.test.ts',
  'workers/human-approver/tests/browser.test.ts',
  'workers/human-approver/tests/bundle.test.ts',
  'workers/human-approver/tests/page/proof-script.test.ts',
  'workers/human-approver/tests/run-modes.test.ts',
  'workers/human-approver/tests/web/sign-in.test.ts',
  'workers/research-registrar/tests/bundle.test.ts',
  'workers/research-registrar/tests/kill.test.ts',
  'workers/research-registrar/tests/run-modes.test.ts',
  'workers/shared-text/tests/markdown.test.ts',
  'workers/web-fetcher/tests/html.test.ts',
  'workers/wordcount-py/tests/worker.test.ts',
];
const isSystem = process.env['WCP_SYSTEM'] === '1';

/** Those of the files that lie in a folder, relative to it. */
const within = (folder: string, files: readonly string[]) =>
  files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1));

const project = (name: string, folder: string, files: object) => ({
  extends: true as const,
  test: { name, root: at(folder), ...files },
});

/** The tests of a folder: those that share processes, and those of {@link ALONE}, as a project `<name>-alone`. */
function projectsOf(folder: string, name: string) {
  const system = within(folder, SYSTEM);
  if (isSystem) return [project(name, folder, { include: system })];
  const alone = within(folder, ALONE);
  const shared = { include: ['tests/**/*.test.ts'], exclude: [...system, ...alone], isolate: false };
  if (alone.length === 0) return [project(name, folder, shared)];
  return [project(name, folder, shared), project(`${name}-alone`, folder, { include: alone })];
}

const folders = ['packages', 'workers'].flatMap((parent) =>
  readdirSync(at(parent))
    .map((name) => `${parent}/${name}`)
    .filter((folder) => existsSync(at(`${folder}/tests`))),
);

/** A project for each package, to run some of them: `vitest run --project hall`. */
const apart = () => [...folders, 'tooling'].flatMap((folder) => projectsOf(folder, basename(folder)));

/** All packages in one project: processes are shared within a project only, and each would load what they all need. */
const together = () => [
  project('shared', '.', {
    include: [...folders, 'tooling'].map((folder) => `${folder}/tests/**/*.test.ts`),
    exclude: [...SYSTEM, ...ALONE],
    isolate: false,
  }),
  project('alone', '.', { include: ALONE }),
];

const isApart = isSystem || process.argv.some((argument) => argument.startsWith('--project'));

export default defineConfig({
  resolve: { alias },
  test: {
    projects: isApart ? apart() : together(),
    reporters: ['default', at('tooling/src/vitest/summary-reporter.ts')],
    setupFiles: [at('tooling/src/vitest/setup.ts')],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubEnvs: true,
    // What is waited for comes at once, or on a busy machine late: a second is too short there.
    expect: { poll: { timeout: 20_000 } },
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
