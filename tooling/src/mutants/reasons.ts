import { readFileSync } from 'node:fs';
import type { TriedMutant } from './run/try-mutants.ts';

/** Why some mutants of a line survive, named by what is written there. */
export interface SurvivorReason {
  readonly where: string;
  readonly line: string;
  readonly mutations: readonly string[];
  readonly reason: string;
}

/** A mutant with the reason why it survives; null where it was caught or nobody gave a reason. */
export interface ExplainedMutant extends TriedMutant {
  readonly reason: string | null;
}

const REASONS: readonly SurvivorReason[] = JSON.parse(
  readFileSync(new URL('./survivors.json', import.meta.url), 'utf8'),
);

/** A mutant with its reason. */
export function explain(mutant: TriedMutant): ExplainedMutant {
  if (mutant.caught !== null) return { ...mutant, reason: null };
  return { ...mutant, reason: REASONS.find((entry) => fits(entry, mutant))?.reason ?? null };
}

/** The reasons that fit no survivor of these. */
export function unusedReasons(tried: readonly TriedMutant[]): SurvivorReason[] {
  const survivors = tried.filter(({ caught }) => caught === null);
  return REASONS.filter((entry) => !survivors.some((mutant) => fits(entry, mutant)));
}

function fits({ where, line, mutations }: SurvivorReason, { path, original, change }: TriedMutant): boolean {
  return where === path && line === original && mutations.includes(change);
}
