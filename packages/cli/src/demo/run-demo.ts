import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RouteInput } from '@wcp/spec';
import { CliError } from '../base/cli-error.ts';
import { packageFile } from '../base/package-file.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { type DemoContext, Expectations } from './demo-context.ts';
import { DemoHall } from './demo-hall.ts';
import { makeDemoWorld, saveWorld } from './demo-world.ts';
import { openEvidenceLog } from './evidence-log.ts';
import { type DemoDocument, readDemoDocument } from './read-document.ts';
import { showDenials } from './show-denials.ts';
import { showDispatch } from './show-dispatch.ts';
import { showEnd } from './show-end.ts';
import { showEvidence } from './show-evidence.ts';
import { copyWorkerPackage } from './worker-package.ts';

/** The choices of the user. */
export interface DemoOptions {
  readonly file: string | undefined;
  readonly out: string | undefined;
  readonly worker: string | undefined;
}

/** The result of the demo. */
export interface DemoReport {
  readonly ok: boolean;
  readonly evidence: string;
  readonly checks: number;
  /** The claims that were not true. */
  readonly failed: readonly string[];
}

/**
 * Shows one governed dispatch from end to end, and checks everything that it shows.
 *
 * @throws {CliError} if the document, the worker or the folder for the evidence cannot be used
 */
export async function runDemo(terminal: Terminal, options: DemoOptions): Promise<DemoReport> {
  const document = await readDemoDocument(terminal, options.file);
  const out = newFolder(terminal, options.out);
  const home = options.worker ?? relative('', packageFile('../../workers/doc-summarizer'));
  const worker = await copyWorkerPackage(home, home);
  try {
    return await runScenes({ terminal, document, out, worker, expectations: new Expectations() });
  } finally {
    await worker.remove();
  }
}

async function runScenes(context: DemoContext): Promise<DemoReport> {
  const { terminal, document, out, worker, expectations } = context;
  const world = await makeDemoWorld(worker.dir, await worker.hash(), terminal.now());
  const log = await openEvidenceLog(out);
  const hall = new DemoHall(terminal, world, worker, log);
  const input = requestFor(document, terminal.newId());
  const dispatched = await hall.dispatch(input);
  await saveWorld(out, world, input, dispatched.facts);
  showDispatch(context, world, input, dispatched);
  await showDenials(context, hall, input);
  await log.seal();
  await showEvidence(context);
  showEnd(context);
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

function newFolder(terminal: Terminal, name: string | undefined): string {
  const time = terminal.now().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  const folder = name ?? join('.', `wcp-demo-${time}`);
  if (!existsSync(folder)) return folder;
  const message = 'This already exists, and evidence is never overwritten. Name a new folder with --out.';
  throw new CliError([fileProblem(folder, 'EXISTS', message)]);
}
