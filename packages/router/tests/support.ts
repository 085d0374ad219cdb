// Scenes: a small valid world with facts and an input, of which a test changes the part that it is about.

import { type RouteDecision, recordHash } from '@wcp/spec';
import { type AcceptedInput, readRouteInput } from '@wcp/spec/input';
import { compileWorld, decide, type PolicyGate, type World } from '../src/index.ts';

export type Members = Record<string, unknown>;

/** What a scene changes; undefined removes a member, objects are merged, lists replaced. */
export interface Scene {
  readonly input?: Members;
  readonly facts?: Members;
  readonly config?: Members;
  readonly rule?: Members;
  readonly record?: Members;
  /** More documents than the one rule and the one record. */
  readonly rules?: (rule: Members) => unknown;
  readonly workers?: (record: Members) => unknown;
  readonly catalogVersion?: string;
  readonly gate?: PolicyGate;
}

export const NOW = '2026-03-01T12:00:00.250Z';
export const DECISION_ID = '0195f3a0-7c1e-7000-8000-00000000000a';
export const HASH = `sha256:${'a'.repeat(64)}`;
export const OTHER_HASH = `sha256:${'b'.repeat(64)}`;
export const SPECIES = 'wrk.doc.summarizer';
export const WORKER_ID = 'org.acme.doc-summarizer.prod-01';
export const AUDIT = 'ctrl.obs.audit-log-append-only';

const SOUND_INPUT: Members = {
  capability_id: 'cap.doc.summarize',
  env: 'dev',
  data_label: 'INTERNAL',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'tenant-a',
  correlation_id: 'corr-1',
  request: { text: 'abc' },
};
const SOUND_FACTS: Members = { now: NOW, decision_id: DECISION_ID };
const SOUND_RULE: Members = {
  rule_id: 'r1',
  match: {},
  decision: { candidate_workers_ranked: [{ worker_species_id: SPECIES }] },
};
const SOUND_RECORD: Members = {
  worker_id: WORKER_ID,
  worker_species_id: SPECIES,
  capabilities: ['cap.doc.summarize'],
  risk_tier: 'low',
  currently_implements: [AUDIT],
  allowed_environments: ['dev', 'stage', 'prod', 'edge'],
  blast_radius: { data: 1, network: 0, financial: 0, time: 0, reversibility: 'reversible' },
  privilege_envelope: { network_egress: 'none' },
  attestation: { code_hash: HASH },
};

/** One object over another; undefined removes. */
function merge(base: Members, changes: Members = {}): Members {
  const merged = { ...base };
  for (const [name, change] of Object.entries(changes)) {
    if (change === undefined) delete merged[name];
    else if (isMembers(change) && isMembers(base[name])) merged[name] = merge(base[name], change);
    else merged[name] = change;
  }
  return merged;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Several scenes in one. */
export function together(...scenes: readonly Scene[]): Scene {
  let all: Members = {};
  for (const scene of scenes) all = merge(all, { ...scene });
  return all;
}

export const makeInput = (changes?: Members): Members => merge(SOUND_INPUT, changes);
export const makeFacts = (changes?: Members): Members => merge(SOUND_FACTS, changes);
export const makeRule = (changes?: Members): Members => merge(SOUND_RULE, changes);

/** What the steps after step 1 get: a valid input, read. */
export function readAccepted(input: unknown): AcceptedInput {
  const reading = readRouteInput(input);
  if (reading.deny_code !== null)
    throw new Error(`The input is not valid: ${JSON.stringify(reading.findings)}`);
  return reading;
}

/** A record with its hash. */
export function makeRecord(changes?: Members): Members {
  const { artifact_hash, ...record } = merge(SOUND_RECORD, changes);
  return { ...record, artifact_hash: artifact_hash ?? recordHash(record) };
}

/** A scene whose one worker has exactly this as a member, or where it is undefined does not have it. */
export function exactly(name: string, value: unknown): Scene {
  return {
    workers: ({ [name]: _, artifact_hash: __, ...record }) => {
      const content = value === undefined ? record : { ...record, [name]: value };
      return [{ ...content, artifact_hash: recordHash(content) }];
    },
  };
}

/** What a scene's world is compiled from. */
export function documentsOf(scene: Scene): {
  rules: unknown;
  workers: unknown;
  config: Members;
  catalogVersion: string;
} {
  const rule = makeRule(scene.rule);
  const record = makeRecord(scene.record);
  return {
    rules: scene.rules?.(rule) ?? [rule],
    workers: scene.workers?.(record) ?? [record],
    config: merge({}, scene.config),
    catalogVersion: scene.catalogVersion ?? '1.1.0',
  };
}

export function worldOf(scene: Scene): World {
  return compileWorld(documentsOf(scene), scene.gate === undefined ? {} : { policyGate: scene.gate });
}

export function decideScene(scene: Scene = {}): RouteDecision {
  return decide(worldOf(scene), makeFacts(scene.facts), makeInput(scene.input));
}

export function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) freezeDeep(member);
  return Object.freeze(value);
}

/** A gate's answers. */
export const ALLOW = { decision: 'ALLOW', policy_version: 'policy.v7', reason: 'fine' } as const;
export const DENY = { decision: 'DENY', policy_version: 'policy.v7', reason: 'no\nway' } as const;
export const ASK = { decision: 'REQUIRE_HUMAN', policy_version: 'policy.v7', reason: 'ask' } as const;
