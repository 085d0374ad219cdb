import { decisionDigest, type RouteInput } from '@wcp/spec';
import { DATA_LABELS, ENVS, QOS_CLASSES, TENANT_RISKS } from '@wcp/spec/document';
import { decideIn } from '../decision/decide.ts';
import type { CompiledCandidate, CompiledRule } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import type { Settings } from '../world/settings.ts';
import type { Engine } from '../world/world.ts';

/** One change that helps a request to be dispatched. */
export interface Change {
  /** Whose business the change is. */
  readonly where: 'input' | 'facts' | 'config' | 'worker' | 'rule';
  /** What is changed: a JSON Pointer in that document, or in a record by its worker_id. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What a decision is made of, as far as changes touch it. */
export interface Attempt {
  readonly engine: Engine;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly input: RouteInput;
}

/** A change that can be tried. */
export interface CandidateChange extends Change {
  readonly apply: (attempt: Attempt) => Attempt;
}

/** Where an approval stands: it is given last, for what is decided after every other change. */
export const APPROVAL = '/approval';

/** Single changes that may help, in the order in which they are worth a try. */
export function candidateChanges(start: Attempt): CandidateChange[] {
  const rule = start.engine.rules.find(({ rule_id }) => rule_id === ruleIdOf(start));
  return [
    ...factEdits(start),
    ...configEdits(start),
    ...(rule === undefined ? [] : ruleEdits(rule, start)),
    ...inputEdits(start),
  ];
}

/** The rule that would match if every step before it let the request pass. */
function ruleIdOf({ engine, facts, input }: Attempt): string {
  const open: Settings = { ...engine.settings, require_signatory: false, require_credential: false };
  const { policy_version: _, ...rest } = input;
  return decideIn({ ...engine, settings: open, dead_rules: [] }, { ...facts, frozen: null }, rest)
    .matched_rule_id;
}

function inputEdit(name: keyof RouteInput, from: unknown, to: unknown): CandidateChange {
  return {
    where: 'input',
    path: `/${name}`,
    from,
    to,
    apply: (attempt) => {
      const { [name]: _, ...rest } = attempt.input;
      return { ...attempt, input: (to === undefined ? rest : { ...rest, [name]: to }) as RouteInput };
    },
  };
}

function inputEdits({ input }: Attempt): CandidateChange[] {
  const optional = (['policy_version', 'blast_score', 'blast_radius'] as const).flatMap((name) =>
    input[name] === undefined ? [] : [inputEdit(name, input[name], undefined)],
  );
  const members = [
    ['tenant_risk', TENANT_RISKS],
    ['qos_class', QOS_CLASSES],
    ['data_label', DATA_LABELS],
    ['env', ENVS],
  ] as const;
  const others = members.flatMap(([name, values]) =>
    values.filter((value) => value !== input[name]).map((value) => inputEdit(name, input[name], value)),
  );
  return [...optional, ...others];
}

function factEdit(name: string, from: unknown, to: unknown): CandidateChange {
  return {
    where: 'facts',
    path: `/${name}`,
    from: from ?? null,
    to,
    apply: (attempt) => ({ ...attempt, facts: { ...attempt.facts, [name]: to } }),
  };
}

function factEdits({ facts, input }: Attempt): CandidateChange[] {
  const edits: CandidateChange[] = [];
  if (facts['frozen'] != null) edits.push(factEdit('frozen', facts['frozen'], null));
  if (facts['approval'] != null) edits.push(factEdit('approval', facts['approval'], null));
  edits.push(approvalEdit(facts['approval']));
  edits.push(factEdit('credential', facts['credential'], { valid: true, tenant_id: input.tenant_id }));
  if (facts['chain'] !== undefined)
    edits.push(factEdit('chain', facts['chain'], { blast_score: 0, depth: 0 }));
  if (facts['banned_hashes'] !== undefined) edits.push(factEdit('banned_hashes', facts['banned_hashes'], []));
  edits.push(factEdit('policy', facts['policy'], ALLOWING));
  return edits;
}

const ALLOWING = { decision: 'ALLOW', policy_version: 'policy.v0', reason: 'allowed' };

/** What a steward's approval of the hold would do; its digest is that of the hold at hand. */
function approvalEdit(from: unknown): CandidateChange {
  const to = { level: 'gatekeeper' };
  return {
    where: 'facts',
    path: APPROVAL,
    from: from ?? null,
    to,
    apply: ({ engine, facts, input }) => {
      const held = decideIn(engine, { ...facts, approval: null }, input);
      const approval = { ...to, id: 'approval', resolver: '', decision_digest: decisionDigest(input, held) };
      return { engine, facts: { ...facts, approval }, input };
    },
  };
}

function configEdit(
  name: keyof Settings,
  path: string,
  from: unknown,
  to: unknown,
  value: unknown,
): CandidateChange {
  return {
    where: 'config',
    path,
    from,
    to,
    apply: (attempt) => ({
      ...attempt,
      engine: { ...attempt.engine, settings: { ...attempt.engine.settings, [name]: value } },
    }),
  };
}

function configEdits({ engine: { settings }, input }: Attempt): CandidateChange[] {
  const edits: CandidateChange[] = [];
  if (!settings.allowed_tenants.has(input.tenant_id)) {
    const added = new Set([...settings.allowed_tenants, input.tenant_id]);
    edits.push(configEdit('allowed_tenants', '/allowed_tenants/-', undefined, input.tenant_id, added));
  }
  if (settings.trusted_authorities !== null) {
    edits.push(
      configEdit(
        'trusted_authorities',
        '/trusted_authorities',
        [...settings.trusted_authorities],
        null,
        null,
      ),
    );
  }
  return edits;
}

/** Changes to the workers of the rule, one worker and one member at a time. */
function ruleEdits(rule: CompiledRule, { facts, input }: Attempt): CandidateChange[] {
  const workers = rule.candidates.flatMap((candidate) =>
    candidate.workers.map((worker) => ({ candidate, worker })),
  );
  return workers
    .slice(0, 8)
    .flatMap(({ candidate, worker }) => [
      ...seenEdits(worker, facts),
      ...workerEdits(rule, candidate, worker, input),
    ]);
}

function seenEdits({ worker_id, attested_hash }: CompiledWorker, facts: Attempt['facts']): CandidateChange[] {
  const seen = ((facts['workers'] ?? {}) as Record<string, Record<string, unknown>>)[worker_id] ?? {};
  const edit = (name: string, to: unknown): CandidateChange[] =>
    seen[name] === to ? [] : [seenEdit(worker_id, seen, name, to)];
  const hash =
    attested_hash === 'missing' || attested_hash === 'malformed' ? [] : edit('current_hash', attested_hash);
  return [...edit('available', true), ...hash, ...edit('signed', true)];
}

function seenEdit(
  workerId: string,
  seen: Readonly<Record<string, unknown>>,
  name: string,
  to: unknown,
): CandidateChange {
  return {
    where: 'facts',
    path: `/workers/${workerId}/${name}`,
    // A hash of a worker stands in no message and in no explanation.
    from: name === 'current_hash' ? null : (seen[name] ?? null),
    to: name === 'current_hash' ? 'the attested hash' : to,
    apply: (attempt) => {
      const workers = (attempt.facts['workers'] ?? {}) as Record<string, object>;
      return {
        ...attempt,
        facts: {
          ...attempt.facts,
          workers: { ...workers, [workerId]: { ...workers[workerId], [name]: to } },
        },
      };
    },
  };
}

function workerEdits(
  rule: CompiledRule,
  candidate: CompiledCandidate,
  worker: CompiledWorker,
  input: RouteInput,
): CandidateChange[] {
  const edit = (
    path: string,
    from: unknown,
    to: unknown,
    changed: Partial<CompiledWorker>,
  ): CandidateChange => ({
    where: 'worker',
    path: `/${worker.worker_id}/${path}`,
    from,
    to,
    apply: (attempt) => ({ ...attempt, engine: withWorker(attempt.engine, rule, worker, changed) }),
  });
  const needed = [...new Set([...candidate.controls, ...worker.requires])];
  const missing = needed.filter((control) => !worker.implements.has(control));
  const edits: CandidateChange[] = [];
  if (missing.length > 0) {
    edits.push(
      edit('currently_implements/-', undefined, missing, {
        implements: new Set([...worker.implements, ...missing]),
      }),
    );
  }
  if (!worker.environments.has(input.env)) {
    edits.push(
      edit('allowed_environments/-', undefined, input.env, {
        environments: new Set([...worker.environments, input.env]),
      }),
    );
  }
  if (!worker.capabilities.has(input.capability_id)) {
    edits.push(
      edit('capabilities/-', undefined, input.capability_id, {
        capabilities: new Set([...worker.capabilities, input.capability_id]),
      }),
    );
  }
  return edits;
}

/** The engine with one worker changed wherever the rule offers it. Attempts stack: the worker is found by its id. */
function withWorker(
  engine: Engine,
  rule: CompiledRule,
  worker: CompiledWorker,
  changed: Partial<CompiledWorker>,
): Engine {
  const change = (each: CompiledWorker) =>
    each.worker_id === worker.worker_id ? { ...each, ...changed } : each;
  const position = engine.rules.findIndex(({ rule_id }) => rule_id === rule.rule_id);
  const rules = engine.rules.slice();
  const { candidates, ...rest } = rules[position] as CompiledRule;
  rules[position] = {
    ...rest,
    candidates: candidates.map((each) => ({ ...each, workers: each.workers.map(change), plans: new Map() })),
  };
  return { ...engine, rules };
}
