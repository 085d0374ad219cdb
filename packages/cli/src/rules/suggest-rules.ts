import { decide } from '@wcp/router';
import { parseRules, type Rule, type Rules } from '@wcp/spec';
import { type AuditFinding, auditOf } from '../replay/audit.ts';
import type { Flip } from '../replay/flip.ts';
import type { RecordSource, ReplayRecord } from '../replay/record-source.ts';
import { type ReplaySummary, replay } from '../replay/replay.ts';
import { WorldCache } from '../replay/world-cache.ts';
import { compareRules, type RuleChange } from './compare-rules.ts';
import { type LeastRules, leastRules } from './least-rules.ts';
import { ObservedTraffic } from './observed-traffic.ts';
import { reachedRules, takingRule } from './rule-match.ts';

/** From which decisions rules are learned. */
export interface SuggestSettings {
  readonly since: string | null;
  /** The most decisions to read. */
  readonly limit: number;
  /** The rules to compare with; undefined for those in force, as far as the source knows them. */
  readonly inForce: Rules | undefined;
}

/** Why decisions were not learned from, and how many. */
type Unused = Partial<Readonly<Record<AuditFinding['code'], number>>>;

/** Rules for what was allowed, and what would change with them. */
export interface Suggestion extends LeastRules {
  /** How many decisions were read. */
  readonly decisions: number;
  /** Those that do not come out of their record as they were recorded; nothing is learned from them. */
  readonly unused: Unused;
  /** Every recorded decision made again under the suggested rules. */
  readonly traffic: ReplaySummary & { readonly found: readonly (Flip | AuditFinding)[] };
  /** Whose rules the suggested ones are compared with; null if none are known. */
  readonly compared_with: 'given_rules' | 'rules_in_force' | 'newest_decision' | null;
  /** What the suggested rules would change beside the recorded traffic; null if there is nothing to compare with. */
  readonly changes: readonly RuleChange[] | null;
}

/** Writes the least rules that allow what recorded decisions allowed, and compares them with what is in force. */
export async function suggestRules(source: RecordSource, settings: SuggestSettings): Promise<Suggestion> {
  const { decisions, traffic, unused, newest } = await observe(source, settings);
  const least = leastRules(traffic);
  const rules = least.rules.map(({ rule }) => rule);
  const replayed = await replayUnder(source, rules, { since: settings.since, limit: decisions });
  const [compared_with, known] = await rulesToCompare(source, settings, newest);
  const changes = known === null ? null : compareRules(known, rules);
  return { ...least, decisions, unused, traffic: replayed, compared_with, changes };
}

/** The rules that the suggested ones would take the place of: those that were named, else in force, else the last known. */
async function rulesToCompare(
  source: RecordSource,
  { inForce }: SuggestSettings,
  newest: Rules | undefined,
): Promise<readonly [Suggestion['compared_with'], Rules | null]> {
  if (inForce !== undefined) return ['given_rules', inForce];
  const now = await source.inForce();
  const parsed = now === null ? null : parse(now.rules);
  if (parsed !== null) return ['rules_in_force', parsed.rules];
  return newest === undefined ? [null, null] : ['newest_decision', newest];
}

interface Observation {
  readonly decisions: number;
  readonly traffic: ObservedTraffic;
  readonly unused: Unused;
  /** The rules of the newest decision that could be made again. */
  readonly newest: Rules | undefined;
}

async function observe(source: RecordSource, { since, limit }: SuggestSettings): Promise<Observation> {
  const worlds = new WorldCache(source, {});
  const traffic = new ObservedTraffic();
  const unused: Partial<Record<AuditFinding['code'], number>> = {};
  let decisions = 0;
  let newest: ParsedRules | null = null;
  for await (const record of source.records({ since, withReceipts: true })) {
    if (decisions === limit) break;
    decisions += 1;
    const learned = await learn(worlds, record, traffic, newest);
    if (typeof learned === 'string') unused[learned] = (unused[learned] ?? 0) + 1;
    else newest = learned;
  }
  return { decisions, traffic, unused, newest: newest?.rules };
}

/** Rules by their ids, kept from one decision to the next: most of them are made in the same world. */
interface ParsedRules {
  readonly document: unknown;
  readonly rules: Rules;
  readonly byId: ReadonlyMap<string, Rule>;
}

/** Adds a decision to the traffic; the code of what is wrong with one that its record does not bear out. */
async function learn(
  worlds: WorldCache,
  record: ReplayRecord,
  traffic: ObservedTraffic,
  newest: ParsedRules | null,
): Promise<ParsedRules | AuditFinding['code'] | null> {
  const recorded = await worlds.at(record.decision.world_digest);
  if (recorded === null) return 'WORLD_MISSING';
  const again = decide(recorded.world, record.facts, record.input);
  const wrong = auditOf(record, again);
  if (wrong !== null) return wrong.code;
  const parsed = newest?.document === recorded.rules ? newest : parse(recorded.rules);
  const rule = parsed?.byId.get(takingRule(again) ?? '');
  if (rule !== undefined) traffic.add(again, rule);
  else if (reachedRules(again)) traffic.addUntaken(again);
  return parsed ?? newest;
}

/** Null for rules with errors, which deny everything. */
function parse(document: unknown): ParsedRules | null {
  const parsed = parseRules(document);
  if (!parsed.ok) return null;
  const rules = parsed.value;
  return { document, rules, byId: new Map(rules.map((rule) => [rule.rule_id, rule])) };
}

/** With --json, more are counted but not kept. */
const MAX_KEPT = 10_000;

async function replayUnder(
  source: RecordSource,
  rules: Rules,
  window: { readonly since: string | null; readonly limit: number },
): Promise<Suggestion['traffic']> {
  const kept: (Flip | AuditFinding)[] = [];
  const found = (each: Flip | AuditFinding) => {
    if (kept.length < MAX_KEPT) kept.push(each);
  };
  const summary = await replay(source, { ...window, replacements: { rules }, found });
  return { ...summary, found: kept };
}
