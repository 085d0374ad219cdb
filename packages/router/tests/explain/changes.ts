// Changes that `explain` names, made by hand in the documents, and tried out.
import { decisionDigest, type RouteDecision, recordHash } from '@wcp/spec';
import { expect } from 'vitest';
import { type Change, compileWorld, type WorldDocuments as Documents, decide } from '../../src/index.ts';
import { documentsOf, type Members, makeFacts, makeInput, type Scene } from '../support.ts';

interface Tried {
  documents: Documents;
  facts: Members;
  input: Members;
}

export function apply(scene: Scene, changes: readonly Change[]): { decision: RouteDecision } {
  const tried = {
    documents: documentsOf(scene),
    facts: makeFacts(scene.facts),
    input: makeInput(scene.input),
  };
  return { decision: tryOut(tried, changes) };
}

/** Makes every change where it belongs; an approval last, for the hold that is then there. */
export function tryOut(tried: Tried, changes: readonly Change[]): RouteDecision {
  let { documents, facts, input } = structuredClone(tried);
  const isApproval = ({ path, to }: Change) => path === '/approval' && to !== null;
  for (const change of changes.filter((each) => !isApproval(each))) {
    if (change.where === 'input') input = changed(input, change);
    else if (change.where === 'facts') facts = changedFacts(facts, change, documents);
    else if (change.where === 'config') documents = changedConfig(documents, change);
    else documents = changedWorker(documents, change);
  }
  const world = compileWorld(documents);
  if (!changes.some(isApproval)) return decide(world, facts, input);
  const hold = decide(world, { ...facts, approval: null }, input);
  const decision_digest = decisionDigest(input, hold);
  const approval = { id: 'a', level: 'gatekeeper', resolver: 'steward@example.org', decision_digest };
  return decide(world, { ...facts, approval }, input);
}

function changed(members: Members, { path, to }: Change): Members {
  const { [path.slice(1)]: _, ...rest } = members;
  return to === undefined ? rest : { ...rest, [path.slice(1)]: to };
}

function changedFacts(facts: Members, change: Change, documents: Documents): Members {
  const [, , id = '', name = ''] = change.path.split('/');
  if (!change.path.startsWith('/workers/')) return changed(facts, change);
  const workers = (facts['workers'] ?? {}) as Record<string, Members>;
  const to = name === 'current_hash' ? attestedHashOf(documents, id) : change.to;
  return { ...facts, workers: { ...workers, [id]: { ...workers[id], [name]: to } } };
}

const recordsOf = ({ workers }: Documents): Members[] => workers as Members[];
const attestedHashOf = (documents: Documents, id: string): unknown =>
  recordsOf(documents)
    .filter(
      ({ worker_id, artifact_hash, ...rest }) =>
        worker_id === id && verifies({ worker_id, ...rest }, artifact_hash),
    )
    .map(({ attestation }) => (attestation as Members)['code_hash'])
    .at(-1);
const verifies = (content: Members, hash: unknown): boolean => {
  const expected = recordHash(content);
  return hash === expected || hash === expected.slice(7);
};

function changedConfig(documents: Documents, { path, to }: Change): Documents {
  const config = documents.config as Members;
  if (path === '/trusted_authorities')
    return { ...documents, config: { ...config, trusted_authorities: to } };
  expect(path).toBe('/allowed_tenants/-');
  const tenants = (config['allowed_tenants'] ?? []) as unknown[];
  return { ...documents, config: { ...config, allowed_tenants: [...tenants, to] } };
}

function changedWorker(documents: Documents, { path, to }: Change): Documents {
  const [, id, name = ''] = path.split('/');
  const workers = recordsOf(documents).map((record) => {
    const { artifact_hash, ...content } = record;
    if (content['worker_id'] !== id || !verifies(content, artifact_hash)) return record;
    const absent = name === 'allowed_environments' ? ['dev'] : [];
    const list = [...((content[name] ?? absent) as unknown[]), ...(Array.isArray(to) ? to : [to])];
    const next = { ...content, [name]: list };
    return { ...next, artifact_hash: recordHash(next) };
  });
  return { ...documents, workers };
}
