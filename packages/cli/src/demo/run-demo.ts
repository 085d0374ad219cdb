import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RouteInput } from '@wcp/spec';
import { CliError } from '../base/cli-error.ts';
import { packageFile } from '../base/package-file.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { DemoHall } from './demo-hall.ts';
import { keepWorld, makeDemoWorld } from './demo-world.ts';
import { openEvidenceLog } from './evidence-log.ts';
import { Expectations } from './expectations.ts';
import { type DemoDocument, readDemoDocument } from './read-document.ts';
import { showRefusals } from './show-denials.ts';
import { showDispatch } from './show-dispatch.ts';
import { showEnd } from './show-end.ts';
import { showEvidence } from './show-evidence.ts';
import { copyWorkerPackage, type WorkerPackage } from './worker-package.ts';

/** What the user may choose. */
export interface DemoOptions {
  readonly file: string | undefined;
  readonly out: string | undefined;
  readonly worker: string | undefined;
}

/** What the demo comes to. */
export interface DemoReport {
  readonly ok: boolean;
  readonly evidence: string;
  readonly checks: number;
  /** What did not happen as it must. */
  readonly failed: readonly string[];
}

/**
 * Shows one governed dispatch from end to end, and checks everything that it shows.
 *
 * @throws {CliError} where the document, the worker or the folder for the evidence cannot be used
 */
export async function runDemo(terminal: Terminal, options: DemoOptions): Promise<DemoReport> {
  const document = await readDemoDocument(terminal, options.file);
  const out = newFolder(terminal, options.out);
  const home = options.worker ?? relative('', packageFile('../../workers/doc-summarizer'));
  const worker = await copyWorkerPackage(home, home);
  try {
    return await play({ terminal, document, out, worker });
  } finally {
    await worker.remove();
  }
}

/** Everything that the scenes of the demo share. */
export interface DemoContext {
  readonly terminal: Terminal;
  readonly document: DemoDocument;
  readonly out: string;
  readonly worker: WorkerPackage;
}

async function play(stage: DemoContext): Promise<DemoReport> {
  const { terminal, document, out, worker } = stage;
  const expectations = new Expectations();
  const world = await makeDemoWorld(worker.dir, await worker.hash(), terminal.now());
  const log = await openEvidenceLog(out);
  const hall = new DemoHall(terminal, world, worker, log);
  const input = requestFor(document, terminal.newId());
  const dispatched = await hall.dispatch(input);
  await keepWorld(out, world, input, dispatched.facts);
  showDispatch(stage, world, input, dispatched, expectations);
  await showRefusals(stage, hall, input, expectations);
  await log.seal();
  await showEvidence(stage, expectations);
  showEnd(stage, expectations);
  const { checked, failed } = expectations;
  return { ok: failed.length === 0, evidence: out, checks: checked, failed };
}

function requestFor({ text, format }: DemoDocument, correlation_id: string): RouteInput {
  return {
    capability_id: 'cap.doc.summarize',
    env: 'prod',
    data_label: 'INTERNAL',
    tenant_risk: 'low',
    qos_class: 'P2',
    tenant_id: 'agent.newsroom',
    correlation_id,
    request: { text, max_sentences: 3, format },
  };
}

function newFolder(terminal: Terminal, named: string | undefined): string {
  const time = terminal.now().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const folder = named ?? join('.', `wcp-demo-${time}`);
  if (!existsSync(folder)) return folder;
  const message = 'This exists already, and evidence is never overwritten. Name a new folder with --out.';
  throw new CliError([fileProblem(folder, 'EXISTS', message)]);
}
