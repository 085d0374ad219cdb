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

const NOT_WITNESSED = ['WITNESSES_NOT_CHECKED', 'REVOKED_KEY_NOT_WITNESSED'];
const NO_TIMES = ['TIMESTAMPS_NOT_CHECKED', 'TIMES_NOT_CHECKED'];

/** What verification says of evidence that nobody touched. */
export const honestOf = (
  copy: EvidenceCopy,
): readonly { readonly kind: EvidenceKind; readonly not_checked: readonly string[] }[] => [
  { kind: 'whole', not_checked: [] },
  { kind: 'credulous', not_checked: ['FIRST_KEY_NOT_GIVEN'] },
  { kind: 'part', not_checked: ['KEY_CHANGES_NOT_COMPLETE', 'STREAM_ENDS_NOT_CHECKED'] },
  { kind: 'tiles', not_checked: [...NOT_WITNESSED, ...NO_TIMES] },
  { kind: 'archive', not_checked: [...NOT_WITNESSED, 'REST_OF_LOG_NOT_CHECKED', ...NO_TIMES] },
  {
    kind: 'disclosure',
    not_checked: [
      'WITNESSES_NOT_CHECKED',
      // Those that were made before they held the receipts about keys know of no revocation.
      ...(copy.read('disclosure.json').includes('"key_receipts"') ? ['REVOKED_KEY_NOT_WITNESSED'] : []),
      ...['KEY_CHANGES_NOT_COMPLETE', 'TIMESTAMPS_NOT_CHECKED'],
    ],
  },
  { kind: 'ban-list', not_checked: [] },
];

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
