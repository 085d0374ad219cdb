import type { Ran } from '../scene/machine.ts';
import type { EvidenceCopy } from './evidence-copy.ts';

/** The kinds of evidence, each with the command by which an auditor verifies it. */
export type EvidenceKind = keyof typeof COMMANDS;

/** What verification came to. */
export interface Verified {
  readonly exit: number | null;
  readonly ok: boolean | null;
  /** The codes that were found, each once, in alphabetical order. */
  readonly codes: readonly string[];
  /** What was not checked. */
  readonly not_checked: readonly string[];
}

const WHAT_COUNTS = ['--witness-policy', 'policy.json', '--timestamp-certificates', 'tsa.pem'];
const FIRST_KEY = ['--keys', 'first.pub.pem'];
const JUDGED = 'sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb';

const COMMANDS = {
  whole: ['receipts', 'verify', 'whole', ...FIRST_KEY, ...WHAT_COUNTS],
  /** By somebody who trusts the key that came with the evidence. */
  credulous: ['receipts', 'verify', 'whole', ...WHAT_COUNTS],
  part: ['receipts', 'verify', 'part', ...FIRST_KEY, ...WHAT_COUNTS],
  tiles: ['receipts', 'verify', 'tiles', ...FIRST_KEY],
  archive: ['receipts', 'verify', 'archive', '--keys', 'all-keys.json'],
  disclosure: ['evidence', 'verify', 'disclosure.json', '--keys', 'all-keys.json'],
  'ban-list': [
    ...['bans', 'check', JUDGED, '--list', 'ban-list.json'],
    ...['--authority', 'org.example', '--keys', 'authority.pub.pem'],
  ],
} as const;

const FILE = /\.(?:pem|json)$|^(?:whole|part|tiles|archive)$/;

/** Verifies one kind of evidence as an auditor does, who knows the name of the log. */
export async function verifyCopy(
  copy: EvidenceCopy,
  kind: EvidenceKind,
  origin: string,
  run: (args: readonly string[]) => Promise<Ran>,
): Promise<Verified> {
  const words: readonly string[] = COMMANDS[kind];
  const args = words.map((word) => (FILE.test(word) ? copy.at(word) : word));
  const named = kind === 'ban-list' ? [] : ['--origin', origin];
  const { code, out, err } = await run([...args, ...named, '--json']);
  try {
    return { exit: code, ...read(JSON.parse(out) as Printed) };
  } catch (error) {
    throw new Error(`\`wcp ${args.join(' ')}\` printed no JSON:\n${out}${err}`, { cause: error });
  }
}

interface Printed {
  readonly ok?: boolean;
  readonly code?: string | null;
  readonly findings?: readonly { readonly code: string }[];
  readonly problems?: readonly { readonly code: string }[];
  readonly not_checked?: readonly { readonly code: string }[];
}

function read({ ok, code, findings, problems, not_checked }: Printed): Omit<Verified, 'exit'> {
  const found = [...(findings ?? problems ?? [])].map((each) => each.code);
  const codes = code == null ? found : [code];
  return {
    ok: ok ?? (code === undefined ? null : code === null),
    codes: [...new Set(codes)].toSorted(),
    not_checked: (not_checked ?? []).map((each) => each.code),
  };
}
