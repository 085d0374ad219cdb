import { readFileSync } from 'node:fs';

/** Why each known survivor survives: mutations of a line, named by what is written there. */
const ENTRIES = JSON.parse(readFileSync(new URL('./survivors.json', import.meta.url), 'utf8'));

/** Mutants with what became of them, survivors with their reason or null. */
export function reasonsFor(tried) {
  return tried.map((mutant) => (mutant.caught === null ? { ...mutant, reason: reasonFor(mutant) } : mutant));
}

/** Entries that speak of no survivor of these. */
export function unusedReasons(tried) {
  const survivors = tried.filter(({ caught }) => caught === null);
  return ENTRIES.filter((entry) => !survivors.some((mutant) => fits(entry, mutant)));
}

/** Why a mutant survives, or null where nobody has said so. */
export function reasonFor(mutant) {
  return ENTRIES.find((entry) => fits(entry, mutant))?.reason ?? null;
}

function fits({ where, line, mutations }, { path, original, change }) {
  return where === path && line === original && mutations.includes(change);
}
