import { highestLevel } from '@wcp/spec/document';
import { type Denial, deny } from '../evaluation/denial.ts';
import type { SelectedEvaluation } from '../evaluation/evaluation.ts';
import { hold, ruleLevel } from './hold.ts';

/** Step 12: the blast score, added up along the dispatch chain, is within the limit. */
export function checkBlast(current: SelectedEvaluation): Denial | null {
  const { engine, facts, input, rule, worker } = current;
  const own = Math.max(worker.blast, input.blast_radius_sum, input.blast_score);
  const score = Math.min(100, own + facts.chain_blast);
  const limit = Math.min(engine.settings.max_score[input.env], rule.max_score[input.env]);
  current.own_blast = own;
  current.blast_score = score;
  current.blast_limit = limit;
  current.blast_passed = score <= limit;
  if (current.blast_passed) return null;
  if (engine.settings.on_exceeded === 'deny') {
    return deny('DENY_BLAST_RADIUS_EXCEEDED', { blast_score: score, limit });
  }
  hold(current, 'BLAST_RADIUS_EXCEEDED', highestLevel('gatekeeper', ruleLevel(current)));
  return null;
}
