import { isForgotten } from '@wcp/evidence/receipt';
import { decide, type World } from '@wcp/router';
import { decisionDigest, type Facts, type Receipt, type RouteDecision } from '@wcp/spec';
import type { DecisionRecord, PlacedReceipt } from '@wcp/spec/hall';
import { type AuditFinding, auditFinding, auditOf, missingFinding } from './audit.ts';
import { type Flip, type FlipKind, flipOf } from './flip.ts';
import type { RecordSource, ReplayRecord } from './record-source.ts';
import { type Replacements, WorldCache } from './world-cache.ts';

/** What to replay. */
export interface ReplaySettings {
  readonly replacements: Replacements;
  readonly since: string | null;
  /** The most decisions to replay. */
  readonly limit: number;
  /** Called for each decision that comes out differently, as it is found. */
  found(found: Flip | AuditFinding): void;
  /** Called for each decision whose request is no longer held, as a receipt says. */
  notHeld?(receipt: Receipt): void;
}

/** The result of a replay. */
export interface ReplaySummary {
  /** Whether it was an audit: the recorded documents were not replaced. */
  readonly is_audit: boolean;
  readonly decisions: number;
  readonly flips: number;
  readonly by_kind: Partial<Readonly<Record<FlipKind | AuditFinding['code'], number>>>;
  /** Denied before and after, but with another code; these do not count as flips. */
  readonly other_denials: number;
  /** Decisions whose request is no longer held, as receipts say: they cannot be made again. */
  readonly not_held: number;
}

/** Decides every recorded request again and reports each decision that comes out differently. */
export async function replay(source: RecordSource, settings: ReplaySettings): Promise<ReplaySummary> {
  const { replacements, since, limit } = settings;
  const worlds = new WorldCache(source, replacements);
  const by_kind: Partial<Record<FlipKind | AuditFinding['code'], number>> = {};
  let [decisions, flips, other_denials, not_held] = [0, 0, 0, 0];
  const erasures = worlds.isChanged ? [] : await source.erasures();
  const report = (found: Flip | AuditFinding) => {
    const kind = 'kind' in found ? found.kind : found.code;
    by_kind[kind] = (by_kind[kind] ?? 0) + 1;
    flips += 1;
    settings.found(found);
  };
  const lost = (placed: PlacedReceipt) => {
    if (!isForgotten(placed, erasures)) return report(missingFinding(placed.receipt));
    not_held += 1;
    settings.notHeld?.(placed.receipt);
  };
  for await (const record of source.records({ since, withReceipts: !worlds.isChanged, lost })) {
    if (decisions === limit) break;
    decisions += 1;
    const { found, isOtherDenial } = await examine(worlds, record);
    if (isOtherDenial) other_denials += 1;
    if (found !== null) report(found);
  }
  return { is_audit: !worlds.isChanged, decisions, flips, by_kind, other_denials, not_held };
}

/** The result for one decision. */
interface Examined {
  readonly found: Flip | AuditFinding | null;
  readonly isOtherDenial: boolean;
}

async function examine(worlds: WorldCache, record: ReplayRecord): Promise<Examined> {
  const { decision } = record;
  const recorded = await worlds.at(decision.world_digest);
  if (recorded === null) return { found: auditFinding('WORLD_MISSING', record, null), isOtherDenial: false };
  const { world } = recorded;
  if (!worlds.isChanged) return { found: auditOf(record, decideAgain(world, record)), isOtherDenial: false };
  const again = decideInOtherWorld(world, record);
  const isOtherDenial =
    decision.outcome === 'DENY' && again.outcome === 'DENY' && decision.deny_code !== again.deny_code;
  return { found: flipOf(record, again), isOtherDenial };
}

/** Makes a recorded decision again from its own facts, request and world. */
function decideAgain(world: World, { facts, input }: DecisionRecord): RouteDecision {
  return decide(world, facts, input);
}

/**
 * Makes a recorded decision in another world. An approval is bound to the decision for which it was given,
 * and so to its world: an approval that was used is assumed to be given again for what would be held now.
 */
function decideInOtherWorld(world: World, record: DecisionRecord): RouteDecision {
  const { facts, input, decision } = record;
  const { approval } = Object(facts) as Partial<Facts>;
  if (approval == null || decision.outcome !== 'DISPATCH') return decide(world, facts, input);
  const held = decide(world, { ...(facts as object), approval: null }, input);
  if (held.outcome !== 'STEWARD_HOLD' || held.supervisor_level !== 'gatekeeper') return held;
  const rebound = { ...approval, decision_digest: decisionDigest(input, held) };
  return decide(world, { ...(facts as object), approval: rebound }, input);
}
