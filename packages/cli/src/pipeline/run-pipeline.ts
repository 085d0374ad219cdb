import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { DataLabel, RouteInput } from '@wcp/spec';
import { CliError, usageError } from '../base/cli-error.ts';
import { EXIT } from '../base/exit-code.ts';
import { packageFile } from '../base/package-file.ts';
import type { Terminal } from '../base/terminal.ts';
import { escaped } from '../print/layout.ts';
import { answerQuestion, type Passage, questionAbout } from './answer-question.ts';
import { type CheckedEvidence, checkEvidence } from './check-evidence.ts';
import { DispatchChain, type DispatchChainSetting } from './dispatch-chain.ts';
import { readSource, type SourceDocument } from './document/source-document.ts';
import { EVIDENCE, openOwnHall } from './hall/own-hall.ts';
import type { PipelineHall } from './hall/pipeline-hall.ts';
import type { PipelineReport } from './report.ts';
import { showBeginning, showEnd, showPassages, showQuestion, showStep, showStop } from './show-run.ts';
import type { Step, Stop } from './step.ts';
import { takeThrough } from './take-through.ts';

/** The choices of the user. */
export interface PipelineOptions {
  readonly document: string;
  readonly question: string | undefined;
  /** Default: that of the profile, else `dev`. */
  readonly env: RouteInput['env'] | undefined;
  readonly data_label: DataLabel;
  readonly tenant_id: string;
  /** A new folder for the evidence. */
  readonly out: string | undefined;
  /** A running Hall; null to start one. */
  readonly running: Pick<PipelineHall, 'client' | 'tenant_credential'> | null;
  readonly own: {
    readonly dir: string | undefined;
    readonly keep: boolean;
    readonly workers: string | undefined;
    readonly allow: readonly string[];
    readonly profile: string | undefined;
  };
}

/**
 * Takes a document through the five capabilities of the canonical pipeline, answers a question from it,
 * and verifies the evidence.
 *
 * @throws {CliError} also if the program was told to stop
 */
export async function runPipeline(terminal: Terminal, options: PipelineOptions): Promise<PipelineReport> {
  const document = await readSource(terminal, options.document);
  if (options.running !== null) return runIn(runningHall(options.running), terminal, options, document);
  const stopped = terminal.untilStopped();
  const hall = await ownHall(terminal, options, document.url);
  try {
    const running = runIn(hall, terminal, options, document);
    // A run that was stopped fails, but nobody waits for it any more.
    running.catch(() => {});
    const report = await Promise.race([running, stopped.then(() => null)]);
    if (report === null) throw new CliError(usageError(stoppedText(hall)).problems, EXIT.found);
    return report;
  } finally {
    await hall.close();
  }
}

function stoppedText({ dir, isKept }: PipelineHall): string {
  const left = isKept ? `what ran so far is recorded in ${escaped(dir ?? '')}` : 'its temporary Hall is gone';
  return `The pipeline was stopped: ${left}.`;
}

function runningHall({ client, tenant_credential }: NonNullable<PipelineOptions['running']>): PipelineHall {
  const none = { profile: null, dir: null, isKept: true, keys: [] };
  return { client, reader: client, tenant_credential, ...none, close: async () => {} };
}

function ownHall(
  terminal: Terminal,
  { own, tenant_id }: PipelineOptions,
  url: string,
): Promise<PipelineHall> {
  const workers = own.workers ?? relative('', packageFile('../../workers'));
  return openOwnHall(terminal, { ...own, workers, tenant_id, url });
}

/** Some profiles are meant for one environment. */
const ENV_OF_PROFILE: Readonly<Record<string, RouteInput['env']>> = {
  'prof.prod.strict': 'prod',
};

async function runIn(
  hall: PipelineHall,
  terminal: Terminal,
  options: PipelineOptions,
  document: SourceDocument,
): Promise<PipelineReport> {
  const { tenant_id, data_label } = options;
  const { client, tenant_credential, profile } = hall;
  const env = options.env ?? ENV_OF_PROFILE[profile ?? ''] ?? 'dev';
  const setting: DispatchChainSetting = { client, env, data_label, tenant_id, tenant_credential };
  const show = (step: Step, number: number) => showStep(terminal, step, number);
  const chain = new DispatchChain(`pipeline-${terminal.newId()}`, setting, show);
  showBeginning(terminal, document, { env, profile, correlation_id: chain.correlation_id });
  const registered = await takeThrough(chain, document);
  if (chain.stop !== null) showStop(terminal, chain.stop);
  const questionChain = new DispatchChain(`${chain.correlation_id}-question`, setting, show);
  const text = registered === null ? null : (options.question ?? questionAbout(registered));
  const question =
    text === null ? null : { text, passages: await askQuestion(terminal, questionChain, text) };
  const dir = options.out ?? join(hall.dir ?? (await temporary()), EVIDENCE, chain.correlation_id);
  const evidence = await checkEvidence(terminal, hall, dir, [chain, questionChain]);
  const report = reportOf({ env, hall, chain, questionChain, question, evidence });
  showEnd(terminal, report);
  return report;
}

/** A run that has ended. */
interface EndedRun {
  readonly env: RouteInput['env'];
  readonly hall: PipelineHall;
  readonly chain: DispatchChain;
  readonly questionChain: DispatchChain;
  /** Null if it was not reached. */
  readonly question: { readonly text: string; readonly passages: readonly Passage[] } | null;
  readonly evidence: CheckedEvidence;
}

function reportOf({ env, hall, chain, questionChain, question, evidence }: EndedRun): PipelineReport {
  const { correlation_id, blast_score, steps } = chain;
  const stop = chain.stop ?? questionChain.stop;
  const answer = question && {
    text: question.text,
    correlation_id: questionChain.correlation_id,
    steps: questionChain.steps,
    passages: question.passages,
  };
  return {
    ok: stop === null && (question?.passages ?? []).length > 0 && evidence.findings.length === 0,
    env,
    profile: hall.profile,
    correlation_id,
    blast_score,
    steps,
    question: answer,
    stop: stop === null ? null : reportedStop(stop),
    evidence,
    hall: hall.isKept ? hall.dir : null,
    keys: hall.isKept ? hall.keys : [],
  };
}

async function askQuestion(
  terminal: Terminal,
  chain: DispatchChain,
  question: string,
): Promise<readonly Passage[]> {
  showQuestion(terminal, question, chain.correlation_id);
  const passages = (await answerQuestion(chain, question)) ?? [];
  if (chain.stop !== null) showStop(terminal, chain.stop);
  else showPassages(terminal, passages);
  return passages;
}

function temporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'wcp-pipeline-'));
}

function reportedStop({ held, ...stop }: Stop): NonNullable<PipelineReport['stop']> {
  return { ...stop, pending_approval_id: held?.answer.decision.pending_approval_id ?? null };
}
