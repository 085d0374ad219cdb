import type { RouteInput } from '@wcp/spec';
import type { CompiledCandidate, CompiledRule } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import type { Engine } from '../world/world.ts';
import type { Attempt, CandidateChange } from './change.ts';

/**
 * How many workers of a rule are looked at: each adds changes, and every pair and triple of them is
 * tried.
 */
const MAX_WORKERS = 8;

/** Changes to the workers of the rule, one worker and one member at a time. */
export function workerChanges(rule: CompiledRule, { facts, input }: Attempt): CandidateChange[] {
  const workers = rule.candidates.flatMap((candidate) =>
    candidate.workers.map((worker) => ({ candidate, worker })),
  );
  return workers
    .slice(0, MAX_WORKERS)
    .flatMap(({ candidate, worker }) => [
      ...observationChanges(worker, facts),
      ...recordChanges(rule, candidate, worker, input),
    ]);
}

function observationChanges(
  { worker_id, attested_hash }: CompiledWorker,
  facts: Attempt['facts'],
): CandidateChange[] {
  const observed = ((facts['workers'] ?? {}) as Record<string, Record<string, unknown>>)[worker_id] ?? {};
  const change = (name: string, to: unknown): CandidateChange[] =>
    observed[name] === to ? [] : [observationChange(worker_id, observed, name, to)];
  const hash =
    attested_hash === 'missing' || attested_hash === 'malformed' ? [] : change('current_hash', attested_hash);
  return [...change('available', true), ...hash, ...change('signed', true)];
}

function observationChange(
  workerId: string,
  observed: Readonly<Record<string, unknown>>,
  name: string,
  to: unknown,
): CandidateChange {
  return {
    where: 'facts',
    path: `/workers/${workerId}/${name}`,
    // No message and no explanation shows a worker's hash.
    from: name === 'current_hash' ? null : (observed[name] ?? null),
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

function recordChanges(
  rule: CompiledRule,
  candidate: CompiledCandidate,
  worker: CompiledWorker,
  { env, capability_id }: RouteInput,
): CandidateChange[] {
  const { environments, capabilities } = worker;
  const needed = [...new Set([...candidate.controls, ...worker.requires])];
  const missing = needed.filter((control) => !worker.implements.has(control));
  const adding = (member: string, to: unknown, changed: Partial<CompiledWorker>): CandidateChange => ({
    where: 'worker',
    path: `/${worker.worker_id}/${member}/-`,
    from: undefined,
    to,
    apply: (attempt) => ({ ...attempt, engine: withWorker(attempt.engine, rule, worker, changed) }),
  });
  const changes: CandidateChange[] = [];
  if (missing.length > 0) {
    const all = new Set([...worker.implements, ...missing]);
    changes.push(adding('currently_implements', missing, { implements: all }));
  }
  if (!environments.has(env)) {
    changes.push(adding('allowed_environments', env, { environments: new Set([...environments, env]) }));
  }
  if (!capabilities.has(capability_id)) {
    const all = new Set([...capabilities, capability_id]);
    changes.push(adding('capabilities', capability_id, { capabilities: all }));
  }
  return changes;
}

/**
 * The engine with one worker changed wherever the rule offers it; by its id, for an earlier change may
 * have replaced it.
 */
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
