import { z } from 'zod';
import { address, count, flag, line, lines, texts, word } from './fields.ts';

const SERVER = 'A server is {"command": …, "args": [...]} or {"url": …}.';

/** Where a server is: a command that is started here, or an address. */
const WAY = {
  command: line('command').exactOptional(),
  args: z.array(z.string('args must be a list of texts.'), 'args must be a list of texts.').exactOptional(),
  /** All of its environment beside `PATH`. */
  env: texts('env').exactOptional(),
  cwd: line('cwd').exactOptional(),
  /** The folder of its installed package, which its tools are attested with. */
  package: line('package').exactOptional(),
  /** Whether what `npx` and its like would fetch is installed once: without install scripts, with them, or never. */
  install: word('install', ['pinned', 'scripts', 'none']).exactOptional(),
  url: address.exactOptional(),
  headers: texts('headers').exactOptional(),
};

const dimension = count('Each dimension of blast', 0, 5).exactOptional();

/** What every call says, and the client has no part in. */
export const LABELS = {
  environment: word('environment', ['dev', 'stage', 'prod', 'edge']).default('dev'),
  data_label: word('data_label', ['PUBLIC', 'INTERNAL', 'RESTRICTED']).default('INTERNAL'),
  tenant_risk: word('tenant_risk', ['low', 'medium', 'high']).default('medium'),
  qos_class: word('qos_class', ['P0', 'P1', 'P2', 'P3']).default('P2'),
};

/** What the operator says of its tools. */
const TRUST = {
  /** `annotations`: a tool that says that it only reads counts as a reader, and runs. */
  trust: word('trust', ['none', 'annotations']).default('none'),
  /** Tools that run without a steward, by their names at the server. */
  run: lines('run').default([]),
  /** Tools that nobody may call. */
  deny: lines('deny').default([]),
  /** The least that each dimension counts. */
  blast: z
    .strictObject(
      {
        data: dimension,
        network: dimension,
        financial: dimension,
        time: dimension,
        reversibility: dimension,
      },
      'blast is {"data": …, "network": …, "financial": …, "time": …, "reversibility": …}, each 0 to 5.',
    )
    .exactOptional(),
  ...LABELS,
};

/** What a server that is started here may touch. */
const CONTAINMENT = {
  envelope: z
    .strictObject(
      {
        network_egress: word('network_egress', ['none', 'allowlisted', 'unrestricted']),
        egress_allowlist: lines('egress_allowlist').exactOptional(),
        filesystem_writes: lines('filesystem_writes').exactOptional(),
        secrets_access: lines('secrets_access').exactOptional(),
        tools: lines('tools').exactOptional(),
      },
      'envelope is {"network_egress": …, "filesystem_writes": [...], …}, as in a registry record.',
    )
    .exactOptional(),
  isolation: word('isolation', ['required', 'declared']).exactOptional(),
  binds: z
    .array(
      z.strictObject(
        { from: line('from'), to: line('to').exactOptional(), writable: flag('writable').default(false) },
        'A bind is {"from": …, "to": …, "writable": false}.',
      ),
      'binds must be a list.',
    )
    .exactOptional(),
  sandbox: z
    .strictObject(
      {
        memory_mb: count('memory_mb', 16, 1_048_576).exactOptional(),
        processes: count('processes', 1, 4096).exactOptional(),
        cpu_seconds: count('cpu_seconds', 1, 86_400).exactOptional(),
        open_files: count('open_files', 16, 65_536).exactOptional(),
      },
      'sandbox is {"memory_mb": …, "processes": …, "cpu_seconds": …, "open_files": …}.',
    )
    .exactOptional(),
};

/** How much a server may take, and how often it is looked at. */
const LIMITS = {
  limits: z
    .strictObject(
      {
        message_bytes: count('message_bytes', 1024, 1_073_741_824).exactOptional(),
        request_bytes: count('request_bytes', 1024, 1_073_741_824).exactOptional(),
        requests: count('requests', 1, 65_536).exactOptional(),
        request_ms: count('request_ms', 1, 86_400_000).exactOptional(),
        start_ms: count('start_ms', 1, 3_600_000).exactOptional(),
        tools: count('tools', 1, 100_000).exactOptional(),
      },
      'limits is {"message_bytes": …, "request_ms": …, …}.',
    )
    .exactOptional(),
  interval_ms: count('interval_ms', 1_000, 86_400_000).default(30_000),
  /** Above this blast score the definition is looked at before each call. */
  fresh_above: count('fresh_above', -1, 25).default(9),
};

const PATTERN = 'Each entry of redact must be a regular expression that matches at least one character.';

/** What passes beside tools, and what of a result does not. */
const PASSING = {
  resources: flag('resources').default(false),
  prompts: flag('prompts').default(false),
  /** What it may ask the client of a call: its model, its human, the folders that it works in. */
  sampling: flag('sampling').default(false),
  elicitation: flag('elicitation').default(false),
  roots: flag('roots').default(false),
  /** Whether its tools may answer with tasks (2026-07-28). */
  tasks: flag('tasks').default(false),
  results: z
    .strictObject(
      {
        max_bytes: count('max_bytes', 1024, 1_073_741_824).exactOptional(),
        redact_secrets: flag('redact_secrets').default(false),
        redact: z
          .array(
            z.string('redact must be a list of regular expressions.').max(1000).refine(isPattern, PATTERN),
          )
          .default([]),
      },
      'results is {"max_bytes": …, "redact_secrets": true, "redact": [...]}.',
    )
    .default({ redact_secrets: false, redact: [] }),
};

function isPattern(text: string): boolean {
  try {
    return !new RegExp(text, 'u').test('');
  } catch {
    return false;
  }
}

/** One MCP server of the configuration. */
export const serverSchema = z.strictObject(
  { ...WAY, ...TRUST, ...CONTAINMENT, ...LIMITS, ...PASSING },
  SERVER,
);

/** One MCP server, with the defaults for what was not said. */
export type ServerSettings = z.infer<typeof serverSchema>;
