import { type Finding, type Parsed, parseFacts, parseRouteInput } from '@wcp/spec';
import { DENY_CODES, type DenyCode, parseDocument, SUPERVISOR_LEVELS } from '@wcp/spec/document';
import { type Static, Type } from 'typebox';
import type { Verdict } from '../replay/flip.ts';

const CLOSED = { additionalProperties: false };
const text = Type.String({ minLength: 1, maxLength: 200 });
const members = Type.Object({}, { additionalProperties: true });

const DocumentSchema = Type.Object(
  {
    defaults: Type.Optional(
      Type.Object({ input: Type.Optional(members), facts: Type.Optional(members) }, CLOSED),
    ),
    cases: Type.Array(Type.Unknown(), { minItems: 1 }),
  },
  CLOSED,
);
const ExpectedSchema = Type.Object(
  {
    outcome: Type.Enum(['DISPATCH', 'DENY', 'STEWARD_HOLD']),
    deny_code: Type.Optional(Type.Enum(Object.keys(DENY_CODES))),
    worker_id: Type.Optional(text),
    supervisor_level: Type.Optional(Type.Enum([...SUPERVISOR_LEVELS])),
    matched_rule_id: Type.Optional(text),
  },
  CLOSED,
);
const CaseSchema = Type.Object(
  {
    name: text,
    input: Type.Optional(Type.Unknown()),
    facts: Type.Optional(members),
    expected: ExpectedSchema,
  },
  CLOSED,
);
type Defaults = NonNullable<Static<typeof DocumentSchema>['defaults']>;
type CaseDocument = Static<typeof CaseSchema>;

/** What a case says about a decision; what it does not say may be anything. */
type Expected = Partial<Verdict> & Pick<Verdict, 'outcome'>;

/** A request, what is known when it is decided, and how it must come out. */
export interface RuleCase {
  readonly name: string;
  /** Its place in the document, a JSON Pointer. */
  readonly path: string;
  readonly input: unknown;
  readonly facts: object;
  readonly expected: Expected;
}

/** A case must come out alike whenever it runs, so time and id are the same for all of them. */
const FIXED_FACTS = {
  now: '2026-01-01T00:00:00.000Z',
  decision_id: '00000000-0000-4000-8000-000000000000',
} as const;

/** Reads a document of cases, each completed with the defaults. What is wrong with any of them is found at once. */
export function parseCases(value: unknown): Parsed<readonly RuleCase[]> {
  const document = parseDocument<Static<typeof DocumentSchema>>(DocumentSchema, value);
  const { defaults, cases } = Object(value) as { readonly defaults?: unknown; readonly cases?: unknown };
  const list: readonly unknown[] = Array.isArray(cases) ? cases : [];
  const usable = document.ok ? (document.value.defaults ?? {}) : defaultsOf(defaults);
  const parsed = list.map((each, index) => parseCase(each, `/cases/${index}`, usable));
  const findings = [document, ...parsed].flatMap((each) => (each.ok ? [] : each.findings));
  const sound = parsed.flatMap((each) => (each.ok ? [each.value] : []));
  const all = [...findings, ...sameNames(sound)];
  return all.length > 0 ? { ok: false, findings: all } : { ok: true, value: sound, diagnostics: [] };
}

/** Those of a document that has other mistakes, so that its cases are judged all the same. */
function defaultsOf(value: unknown): Defaults {
  const { input, facts } = Object(value) as Readonly<Record<string, unknown>>;
  return { ...(isObject(input) && { input }), ...(isObject(facts) && { facts }) };
}

function parseCase(value: unknown, path: string, defaults: Defaults): Parsed<RuleCase> {
  const parsed = parseDocument<CaseDocument>(CaseSchema, value);
  if (!parsed.ok) return { ok: false, findings: below(path, parsed.findings) };
  const { name, input, facts, expected } = parsed.value;
  const whole: RuleCase = {
    name,
    path,
    input: isObject(input) ? { ...defaults.input, ...input } : (input ?? defaults.input),
    facts: { ...FIXED_FACTS, ...defaults.facts, ...facts },
    expected: expected as Expected,
  };
  const findings = [...contradictions(whole), ...wrongFacts(whole), ...wrongInput(whole)];
  return findings.length > 0
    ? { ok: false, findings: below(path, findings) }
    : { ok: true, value: whole, diagnostics: [] };
}

/** A case that expects what no decision can be would fail for ever, and a denial without a code pass for any reason. */
function contradictions({ expected }: RuleCase): Finding[] {
  const { outcome, deny_code, worker_id, supervisor_level } = expected;
  if (outcome !== 'DENY')
    return deny_code == null ? [] : [invalid('deny_code', `no deny_code with ${outcome}`)];
  const others = Object.entries({ worker_id, supervisor_level }).filter(([, value]) => value != null);
  const missing: Finding[] =
    deny_code == null
      ? [
          {
            path: '/expected/deny_code',
            code: 'MISSING_MEMBER',
            message: 'Name the code: a request that is denied for another reason must not pass.',
          },
        ]
      : [];
  return [...missing, ...others.map(([name]) => invalid(name, `no ${name} with DENY`))];
}

function invalid(name: string, expected: string): Finding {
  return { path: `/expected/${name}`, code: 'INVALID_VALUE', message: `Expected ${expected}.` };
}

function wrongFacts({ facts }: RuleCase): Finding[] {
  const parsed = parseFacts(facts);
  return parsed.ok ? [] : below('/facts', parsed.findings);
}

/** A misspelt request is denied too, so only a case that is about invalid requests may have one. */
function wrongInput({ input, expected }: RuleCase): Finding[] {
  if (input === undefined) {
    const message = 'A case needs an input, its own or that of the defaults.';
    return [{ path: '/input', code: 'MISSING_MEMBER', message }];
  }
  const { deny_code } = expected;
  if (deny_code != null && DENY_CODES[deny_code as DenyCode].step === 1) return [];
  const parsed = parseRouteInput(input);
  return parsed.ok ? [] : below('/input', parsed.findings);
}

function sameNames(cases: readonly RuleCase[]): Finding[] {
  const seen = new Map<string, string>();
  return cases.flatMap(({ name, path }): Finding[] => {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, path);
    if (first === undefined) return [];
    return [{ path: `${path}/name`, code: 'INVALID_VALUE', message: `${first} has this name already.` }];
  });
}

function below(path: string, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, path: path + finding.path }));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
