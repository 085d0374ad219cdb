import type { SupervisorLevel } from '@wcp/spec';
import { type HoldReason, highestLevel } from '@wcp/spec/document';
import type { Evaluation, MatchedEvaluation } from '../evaluation/evaluation.ts';

/** Adds a step's reason to hold the decision; the highest supervisor level counts (section 5.16). */
export function hold(current: Evaluation, reason: HoldReason, level: SupervisorLevel): void {
  current.holds.push({ reason, level });
  current.level = current.level === null ? level : highestLevel(current.level, level);
}

/** The supervisor level that the rule names, else the Hall's default (WCP-5-12). */
export function ruleLevel({ engine, rule }: MatchedEvaluation): SupervisorLevel {
  return rule.supervisor_level ?? engine.settings.default_level;
}
