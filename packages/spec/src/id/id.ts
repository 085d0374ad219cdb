import type { Finding } from '../base/finding.ts';
import { escapeText } from '../base/text.ts';

/** The kinds of identifier (section 13, "Ids"). */
export const ID_KINDS = [
  'capability',
  'worker_species',
  'control',
  'policy',
  'profile',
  'event',
  'authority',
  'private',
  'worker',
] as const;

/** One of {@link ID_KINDS}. */
export type IdKind = (typeof ID_KINDS)[number];

/** The result of {@link checkId}: a valid id has a kind and a canonical form. */
export type IdCheck = ValidId | InvalidId;

/** An identifier of one kind. */
interface ValidId {
  readonly valid: true;
  /** The expected kind, else the one found. */
  readonly kind: IdKind;
  /** The id as the Hall writes it, with hyphens where underscores were read (R2). */
  readonly canonical: string;
  /** The authority namespace of an id under `org.` or `x.`, else null. */
  readonly authority: string | null;
  readonly findings: readonly Finding[];
}

/** What is not an identifier, or not one of the expected kind. */
interface InvalidId {
  readonly valid: false;
  /** The expected kind, else null. */
  readonly kind: string | null;
  readonly canonical: null;
  readonly authority: null;
  readonly findings: readonly Finding[];
}

const MAX_LENGTH = 64;
const HYPHENED = '(?:\\.[a-z0-9-]+)';
const READ = '(?:\\.[a-z0-9_-]+)';
const PRIVATE = `(?:org|x)${HYPHENED}{2,3}`;

/** The pattern of each kind as the schemas state it; the length limit of 64 comes on top. */
export const ID_PATTERNS: Readonly<Record<IdKind, string>> = {
  capability: `^(?:cap${HYPHENED}{1,3}|${PRIVATE})$`,
  worker_species: `^(?:wrk${HYPHENED}{1,3}|${PRIVATE})$`,
  control: `^(?:ctrl${READ}{1,3}|${PRIVATE})$`,
  policy: `^(?:pol${READ}{1,3}|${PRIVATE})$`,
  profile: `^(?:prof${READ}{1,3}|${PRIVATE})$`,
  event: `^evt${READ}{1,3}$`,
  authority: `^(?:org|x)${HYPHENED}$`,
  private: `^${PRIVATE}$`,
  worker: `^${PRIVATE}$`,
};

const MATCHER_OF: ReadonlyMap<IdKind, RegExp> = new Map(
  ID_KINDS.map((kind) => [kind, new RegExp(ID_PATTERNS[kind])]),
);
const KIND_OF_PREFIX: ReadonlyMap<string, IdKind> = new Map([
  ['cap', 'capability'],
  ['wrk', 'worker_species'],
  ['ctrl', 'control'],
  ['pol', 'policy'],
  ['prof', 'profile'],
  ['evt', 'event'],
]);

/** Whether `text` is an id of `kind`; underscores are read where R2 reads them. */
export function isId(text: string, kind: IdKind): boolean {
  return text.length <= MAX_LENGTH && (MATCHER_OF.get(kind) as RegExp).test(text);
}

/**
 * Checks an identifier (section 2): its form, its kind, its canonical spelling and its authority.
 *
 * @param kind the kind that is expected; without it the kind is found by the prefix. What is not one
 * of {@link ID_KINDS} matches nothing.
 * @example
 * import { checkId } from '@wcp/spec';
 *
 * const check = checkId('ctrl.obs.audit_log', 'control');
 * if (check.valid) console.log(check.canonical); // ctrl.obs.audit-log
 */
export function checkId(text: unknown, kind?: string): IdCheck {
  if (typeof text !== 'string') return invalid(kind);
  const found = kindsToTry(text, kind).find((one) => isId(text, one));
  if (found === undefined) return invalid(kind);
  return {
    valid: true,
    kind: found,
    canonical: canonicalId(text),
    authority: authorityOf(text),
    findings: [],
  };
}

function kindsToTry(text: string, expected: string | undefined): readonly IdKind[] {
  if (expected !== undefined) return ID_KINDS.filter((kind) => kind === expected);
  const byPrefix = KIND_OF_PREFIX.get(text.slice(0, Math.max(0, text.indexOf('.'))));
  return byPrefix === undefined ? ['authority', 'private'] : [byPrefix];
}

function invalid(expectedKind: unknown): InvalidId {
  const kind = typeof expectedKind === 'string' && expectedKind.isWellFormed() ? expectedKind : null;
  const expected = kind === null ? 'an identifier' : `an id of kind "${escapeText(kind)}"`;
  const message = `This is not ${expected}: two to four segments of a-z, 0-9 and "-" joined by dots, at most 64 characters.`;
  return {
    valid: false,
    kind,
    canonical: null,
    authority: null,
    findings: [{ path: '', code: 'INVALID_VALUE', message }],
  };
}

/** The canonical spelling of a valid id: underscores become hyphens in the four kinds of R2. */
export function canonicalId(id: string): string {
  return id.includes('_') ? id.replaceAll('_', '-') : id;
}

/**
 * The authority namespace of an id, or null outside `org.` and `x.` (section 1).
 *
 * @example
 * import { authorityOf } from '@wcp/spec';
 *
 * authorityOf('org.acme.doc-summarizer.prod-01'); // 'org.acme'
 */
export function authorityOf(id: string): string | null {
  if (!id.startsWith('org.') && !id.startsWith('x.')) return null;
  const [root, name] = id.split('.', 2);
  return `${root}.${name}`;
}
