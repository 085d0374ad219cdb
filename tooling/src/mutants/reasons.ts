import { readFileSync } from 'node:fs';
import type { Mutant, TriedMutant } from './run/mutant.ts';

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

/** A mutation that has a reason to survive, and does not. */
export interface UnusedReason {
  readonly where: string;
  readonly line: string;
  readonly mutation: string;
}

const REASONS: readonly SurvivorReason[] = JSON.parse(
  readFileSync(new URL('./survivors.json', import.meta.url), 'utf8'),
);

/** A mutant with its reason. */
export function explain(mutant: TriedMutant, reasons = REASONS): ExplainedMutant {
  if (mutant.caught !== null) return { ...mutant, reason: null };
  const entry = reasons.find((each) => each.mutations.some((mutation) => fits(each, mutation, mutant)));
  return { ...mutant, reason: entry?.reason ?? null };
}

/** The mutations with a reason in these sources that fit neither a survivor nor a mutant that is excluded. */
export function unusedReasons(
  standing: readonly Mutant[],
  paths: readonly string[],
  reasons = REASONS,
): UnusedReason[] {
  return reasons
    .filter(({ where }) => paths.includes(where))
    .flatMap((entry) =>
      entry.mutations
        .filter((mutation) => !standing.some((mutant) => fits(entry, mutation, mutant)))
        .map((mutation) => ({ where: entry.where, line: entry.line, mutation })),
    );
}

function fits(
  { where, line }: SurvivorReason,
  mutation: string,
  { path, original, change }: Mutant,
): boolean {
  return where === path && line === original && mutation === change;
}
