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
import { Chain, type ChainSetting } from './dispatch-chain.ts';
import { EVIDENCE, openOwnHall } from './hall/own-hall.ts';
import type { PipelineHall } from './hall/pipeline-hall.ts';
import { showBeginning, showEnd, showPassages, showQuestion, showStep, showStop } from './show-run.ts';
import { readSource, type SourceDocument } from './source-document.ts';
import type { Step, Stop } from './step.ts';
import { takeThrough } from './take-through.ts';

/** What the user may choose. */
export interface PipelineOptions {
  readonly document: string;
  readonly question: string | undefined;
  /** Absent, that of the profile, else `dev`. */
  readonly env: RouteInput['env'] | undefined;
  readonly data_label: DataLabel;
  readonly tenant_id: string;
  /** A new folder for the evidence. */
  readonly out: string | undefined;
  /** A Hall that runs already; null for one of the pipeline's own. */
  readonly running: Pick<PipelineHall, 'client' | 'tenant_credential'> | null;
  readonly own: {
    readonly dir: string | undefined;
    readonly keep: boolean;
    readonly workers: string | undefined;
    readonly allow: readonly string[];
    readonly profile: string | undefined;
  };
}

/** What a run comes to. */
export interface PipelineReport {
  readonly ok: boolean;
  readonly env: string;
  readonly profile: string | null;
  readonly correlation_id: string;
  readonly blast_score: number;
  readonly steps: readonly Step[];
  readonly question: {
    readonly text: string;
    readonly correlation_id: string;
    readonly steps: readonly Step[];
    readonly passages: readonly Passage[];
  } | null;
  /** Why it went no further; null where it went through. */
  readonly stop: (Omit<Stop, 'held'> & { readonly pending_approval_id: string | null }) | null;
  readonly evidence: CheckedEvidence;
  /** The folder of a Hall of its own that is still there, and its first keys where they were made now. */
  readonly hall: string | null;
  readonly keys: PipelineHall['keys'];
}

/**
 * Takes a document through the five capabilities of the canonical pipeline, answers a question from what
 * was registered, and verifies the evidence of it.
 *
 * @throws {CliError} also where somebody asked the program to end
 */
export async function runPipeline(terminal: Terminal, options: PipelineOptions): Promise<PipelineReport> {
  const document = await readSource(terminal, options.document);
  if (options.running !== null) return play(terminal, options, document, runningHall(options.running));
  const stopped = terminal.untilStopped();
  const hall = await ownHall(terminal, options);
  try {
    const playing = play(terminal, options, document, hall);
    // What was under way when somebody ended it fails for nobody.
    playing.catch(() => {});
    const report = await Promise.race([playing, stopped.then(() => null)]);
    if (report === null) throw new CliError(usageError(stoppedText(hall)).problems, EXIT.found);
    return report;
  } finally {
    await hall.close();
  }
}

function stoppedText({ dir, isKept }: PipelineHall): string {
  const left = isKept ? `what had begun is recorded in ${escaped(dir ?? '')}` : 'its temporary Hall is gone';
  return `The pipeline was asked to end and did: ${left}.`;
}

function runningHall({ client, tenant_credential }: NonNullable<PipelineOptions['running']>): PipelineHall {
  const none = { profile: null, dir: null, isKept: true, keys: [] };
  return { client, reader: client, tenant_credential, ...none, close: async () => {} };
}

function ownHall(terminal: Terminal, { own, tenant_id }: PipelineOptions): Promise<PipelineHall> {
  const workers = own.workers ?? relative('', packageFile('../../workers'));
  return openOwnHall(terminal, { ...own, workers, tenant_id });
}

/** A profile is made for an environment. */
const ENV_OF_PROFILE: Readonly<Record<string, RouteInput['env']>> = {
  'prof.prod.strict': 'prod',
};

async function play(
  terminal: Terminal,
  options: PipelineOptions,
  document: SourceDocument,
  hall: PipelineHall,
): Promise<PipelineReport> {
  const { tenant_id, data_label } = options;
  const { client, tenant_credential, profile } = hall;
  const env = options.env ?? ENV_OF_PROFILE[profile ?? ''] ?? 'dev';
  const setting: ChainSetting = { client, env, data_label, tenant_id, tenant_credential };
  const show = (step: Step, number: number) => showStep(terminal, step, number);
  const chain = new Chain(`pipeline-${terminal.newId()}`, setting, show);
  showBeginning(terminal, document, { env, profile, correlation_id: chain.correlation_id });
  const registered = await takeThrough(chain, document);
  if (chain.stop !== null) showStop(terminal, chain.stop);
  const received = new Chain(`${chain.correlation_id}-question`, setting, show);
  const question = options.question ?? (registered === null ? null : questionAbout(registered));
  const passages = registered === null || question === null ? null : await ask(terminal, received, question);
  const dir = options.out ?? join(hall.dir ?? (await temporary()), EVIDENCE, chain.correlation_id);
  const evidence = await checkEvidence(terminal, hall, dir, [chain, received]);
  const stop = chain.stop ?? received.stop;
  const report = {
    ok: stop === null && (passages ?? []).length > 0 && evidence.findings.length === 0,
    env,
    profile,
    correlation_id: chain.correlation_id,
    blast_score: chain.blast_score,
    steps: chain.steps,
    question:
      registered === null || question === null
        ? null
        : {
            text: question,
            correlation_id: received.correlation_id,
            steps: received.steps,
            passages: passages ?? [],
          },
    stop: stop === null ? null : told(stop),
    evidence,
    hall: hall.isKept ? hall.dir : null,
    keys: hall.isKept ? hall.keys : [],
  };
  showEnd(terminal, report);
  return report;
}

async function ask(terminal: Terminal, chain: Chain, question: string): Promise<readonly Passage[] | null> {
  showQuestion(terminal, question, chain.correlation_id);
  const passages = await answerQuestion(chain, question);
  if (chain.stop !== null) showStop(terminal, chain.stop);
  else showPassages(terminal, passages ?? []);
  return passages;
}

function temporary(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'wcp-pipeline-'));
}

function told({ held, ...stop }: Stop): NonNullable<PipelineReport['stop']> {
  return { ...stop, pending_approval_id: held?.answer.decision.pending_approval_id ?? null };
}
