import { decide, type World } from '@wcp/router';
import { decisionDigest, type Facts, type RouteDecision } from '@wcp/spec';
import type { RecordedDecision } from '../client/wire.ts';
import { type AuditFinding, auditFinding, auditOf } from './audit.ts';
import { type Flip, type FlipKind, flipOf } from './flip.ts';
import type { RecordSource, ReplayRecord } from './record-source.ts';
import { type Replacements, WorldCache } from './world-cache.ts';

/** What is replayed. */
export interface ReplaySettings {
  readonly replacements: Replacements;
  readonly since: string | null;
  /** At most so many decisions. */
  readonly limit: number;
  /** Told of each as it is found. */
  found(found: Flip | AuditFinding): void;
}

/** What a replay comes to. */
export interface ReplaySummary {
  /** Nothing but an audit: the recorded documents were not replaced. */
  readonly is_audit: boolean;
  readonly decisions: number;
  readonly flips: number;
  readonly by_kind: Partial<Readonly<Record<FlipKind | AuditFinding['code'], number>>>;
  /** Denied before and after, by another code: no flip. */
  readonly other_denials: number;
}

/** Decides every recorded request again, one after the other, and tells of what comes out otherwise. */
export async function replay(source: RecordSource, wish: ReplaySettings): Promise<ReplaySummary> {
  const { replacements, since, limit } = wish;
  const book = new WorldCache(source, replacements);
  const by_kind: Partial<Record<FlipKind | AuditFinding['code'], number>> = {};
  let [decisions, flips, other_denials] = [0, 0, 0];
  for await (const record of source.records({ since, withReceipts: !book.isChanged })) {
    if (decisions === limit) break;
    decisions += 1;
    const { found, isOtherDenial } = await examine(book, record);
    if (isOtherDenial) other_denials += 1;
    if (found === null) continue;
    const kind = 'kind' in found ? found.kind : found.code;
    by_kind[kind] = (by_kind[kind] ?? 0) + 1;
    flips += 1;
    wish.found(found);
  }
  return { is_audit: !book.isChanged, decisions, flips, by_kind, other_denials };
}

/** What came of one decision. */
interface Examined {
  readonly found: Flip | AuditFinding | null;
  readonly isOtherDenial: boolean;
}

async function examine(book: WorldCache, record: ReplayRecord): Promise<Examined> {
  const { decision } = record;
  const world = await book.at(decision.world_digest);
  if (world === null) return { found: auditFinding('WORLD_MISSING', record, null), isOtherDenial: false };
  if (!book.isChanged) return { found: auditOf(record, decideAgain(world, record)), isOtherDenial: false };
  const again = decideOtherwise(world, record);
  const isOtherDenial =
    decision.outcome === 'DENY' && again.outcome === 'DENY' && decision.deny_code !== again.deny_code;
  return { found: flipOf(record, again), isOtherDenial };
}

/** Makes a recorded decision again from what it was made from, in its own world. */
export function decideAgain(world: World, { facts, input }: RecordedDecision): RouteDecision {
  return decide(world, facts, input);
}

/**
 * Makes a recorded decision in another world. An approval is bound to the decision for which it was given,
 * and so to its world: one that was used is taken to be given for what would be held now.
 */
export function decideOtherwise(world: World, record: RecordedDecision): RouteDecision {
  const { facts, input, decision } = record;
  const { approval } = Object(facts) as Partial<Facts>;
  if (approval == null || decision.outcome !== 'DISPATCH') return decide(world, facts, input);
  const held = decide(world, { ...(facts as object), approval: null }, input);
  if (held.outcome !== 'STEWARD_HOLD' || held.supervisor_level !== 'gatekeeper') return held;
  const rebound = { ...approval, decision_digest: decisionDigest(input, held) };
  return decide(world, { ...(facts as object), approval: rebound }, input);
}
