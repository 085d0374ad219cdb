import type { DataLabel, RouteInput } from '@wcp/spec';
import { findEntity } from '@wcp/spec/catalog';
import { DATA_LABELS, type ENVS } from '@wcp/spec/document';
import { type Command, Option } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { InputReader } from '../../input/input-reader.ts';
import { type PipelineOptions, runPipeline } from '../../pipeline/run-pipeline.ts';
import { jsonText } from '../../print/json.ts';
import { type HallOptions, hallOf } from '../hall-options.ts';
import { type CommandContext, register, registerGroup } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

interface Options extends HallOptions {
  readonly question?: string;
  readonly env?: RouteInput['env'];
  readonly dataLabel: DataLabel;
  readonly tenant: string;
  readonly credential?: string;
  readonly out?: string;
  readonly hall?: string;
  readonly keep?: boolean;
  readonly workers?: string;
  readonly allow?: readonly string[];
  readonly profile?: string;
}

/** The tenant of a new Hall's first key. */
const TENANT = 'agent.example';
const ENVIRONMENTS = ['dev', 'stage', 'prod'] satisfies (typeof ENVS)[number][];

const EXAMPLES = [
  'wcp pipeline run docs/spec/05-decision.md --question "when is an approval stale?"',
  'wcp pipeline run http://127.0.0.1:8000/ --allow 127.0.0.1:8000 --hall my-hall',
  'wcp pipeline run README.md --profile prof.prod.strict',
];

/** `wcp pipeline`: the canonical pipeline (section 10.2) through a Hall. */
export function addPipeline(program: Command, context: CommandContext): void {
  const group = registerGroup(program, 'pipeline', SUMMARIES.pipeline);
  const command = register(group, 'run', {
    summary: 'Fetch, chunk, embed, hash and register a document, then answer a question from it.',
    example: EXAMPLES.join('\n  $ '),
    exits:
      '0 it went through and found an answer, 1 it was denied, held or failed, or found nothing, 2 wrong usage or bad input, or the Hall refused.',
  });
  addRequestOptions(
    command.argument(
      '<document>',
      'a URL (up to 6 MB), or a file (HTML, Markdown, text in UTF-8; up to 770 kB); "-" for standard input',
    ),
  );
  addOwnHallOptions(command).action((document: string, options: Options) => run(context, document, options));
}

/** The options about the requests, and about a running Hall to send them to. */
function addRequestOptions(command: Command): Command {
  const env = new Option('--env <env>', 'the environment (default: dev; prod under prof.prod.strict)');
  const label = new Option('--data-label <label>', 'the label of the data');
  return command
    .option('--url <url>', 'use this running Hall (default: WCP_HALL_URL, else start one)')
    .option('--key <key>', 'your API key (default: WCP_HALL_KEY, which does not show in a process list)')
    .option('--question <text>', "the question (default: made from the document's title)")
    .addOption(env.choices(ENVIRONMENTS))
    .addOption(label.choices([...DATA_LABELS]).default('INTERNAL'))
    .option('--tenant <id>', 'the tenant who sends the requests', TENANT)
    .option('--credential <file>', 'the signed credential of the tenant, if the Hall requires one')
    .option(
      '--out <dir>',
      'a new folder for the evidence (default: in the folder of the Hall, or a temporary one)',
    );
}

/** The options about the Hall that the pipeline starts. */
function addOwnHallOptions(command: Command): Command {
  return command
    .option('--hall <dir>', 'the folder of the Hall to start, created if needed (default: a temporary one)')
    .option('--keep', 'keep the temporary Hall; otherwise only its evidence stays')
    .option('--workers <dir>', 'the folder of the built example workers (default: the one in the repository)')
    .option(
      '--allow <host[:port]>',
      'allow fetching from this address although it is not public; repeatable',
      collectHost,
      [],
    )
    .option('--profile <id>', 'the profile of the Hall to start, such as prof.prod.strict');
}

function collectHost(host: string, hosts: readonly string[] = []): string[] {
  if (/^[^\s,]+$/.test(host)) return [...hosts, host];
  throw usageError(
    '--allow takes a host, a host:port or a range such as 10.0.0.0/8. Repeat it for more than one.',
  );
}

async function run(
  { terminal, exitWith }: CommandContext,
  document: string,
  options: Options,
): Promise<void> {
  const { json } = options;
  const runOptions = await pipelineOptionsOf(terminal, document, options);
  const report = await runPipeline(json ? { ...terminal, write: () => {} } : terminal, runOptions);
  if (json) terminal.write(jsonText(report));
  exitWith(report.ok ? EXIT.ok : EXIT.found);
}

async function pipelineOptionsOf(
  terminal: Terminal,
  document: string,
  options: Options,
): Promise<PipelineOptions> {
  const { question, env, dataLabel: data_label, tenant: tenant_id, out } = options;
  const { hall: dir, keep = false, workers, allow = [], profile } = options;
  if (profile !== undefined && findEntity(profile)?.type !== 'profile') throw usageError(NO_PROFILE);
  const url = (options.url ?? (dir === undefined ? terminal.env['WCP_HALL_URL'] : '')) || '';
  const own = { dir, keep, workers, allow, profile };
  if (url !== '') refuseOwnHallOptions(own);
  else if ((options.key ?? options.credential) !== undefined) throw usageError(NO_KEY);
  const running =
    url === ''
      ? null
      : {
          client: hallOf(terminal, options),
          tenant_credential: await credentialIn(terminal, options.credential),
        };
  return { document, question, env, data_label, tenant_id, out, running, own };
}

const NO_KEY = '--key and --credential need --url: without it the pipeline starts a Hall and makes its own.';
const NO_PROFILE = 'The catalog has no such profile. `wcp catalog search prof` lists the profiles.';

/** A running Hall has already decided these for itself. */
function refuseOwnHallOptions({ dir, keep, workers, allow, profile }: PipelineOptions['own']): void {
  const values = { '--hall': dir, '--keep': keep || undefined, '--workers': workers, '--profile': profile };
  const [name] = Object.entries(values).find(([, value]) => value !== undefined) ?? [];
  const first = name ?? (allow.length > 0 ? '--allow' : null);
  if (first === null) return;
  throw usageError(
    `${first} sets up a new Hall, but you named a running one (--url or WCP_HALL_URL). Set it up there instead.`,
  );
}

async function credentialIn(terminal: Terminal, file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const reader = new InputReader(terminal);
  const text = await reader.text(file);
  reader.throwErrors();
  return text?.trim() ?? null;
}
