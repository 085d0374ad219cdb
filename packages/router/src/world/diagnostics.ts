import type { Diagnostic, Finding, RegistryRecord, Rule } from '@wcp/spec';
import { checkId } from '@wcp/spec';
import { findEntity } from '@wcp/spec/catalog';
import { compareText } from '@wcp/spec/json';

/** Findings of a document as error diagnostics under its place in the world. */
export function errorsUnder(root: string, findings: readonly Finding[]): Diagnostic[] {
  return findings.map(({ path, code, message }) => ({ level: 'error', code, path: root + path, message }));
}

/** Diagnostics of a document under its place in the world. */
export function under(root: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.map((diagnostic) => ({ ...diagnostic, path: root + diagnostic.path }));
}

/** One error that a whole document has. */
export function errorAt(path: string, code: string, message: string): Diagnostic {
  return { level: 'error', code, path, message };
}

/**
 * Ids in a reserved namespace that the catalog does not hold: a warning, for fail-closed comes from
 * the rules (section 2). Each id is named once, at its first place.
 */
export function unknownIds(
  rules: readonly Rule[],
  workers: readonly (readonly [number, RegistryRecord])[],
): Diagnostic[] {
  const places = new Map<string, string>();
  const see = (id: string, path: string): void => {
    if (!places.has(id)) places.set(id, path);
  };
  for (const [index, rule] of rules.entries()) seeRule(rule, `/rules/${index}`, see);
  for (const [index, record] of workers) seeRecord(record, `/workers/${index}`, see);
  return [...places].filter(([id]) => isUnknown(id)).map(([id, path]) => warning(id, path));
}

type See = (id: string, path: string) => void;

function seeRule({ match, decision }: Rule, root: string, see: See): void {
  const condition = match.capability_id;
  if (typeof condition === 'string') see(condition, `${root}/match/capability_id`);
  else if (condition !== undefined && 'eq' in condition) see(condition.eq, `${root}/match/capability_id`);
  else if (condition !== undefined && 'in' in condition) {
    for (const id of condition.in) see(id, `${root}/match/capability_id`);
  }
  for (const [rank, candidate] of decision.candidate_workers_ranked.entries()) {
    const place = `${root}/decision/candidate_workers_ranked/${rank}`;
    see(candidate.worker_species_id, `${place}/worker_species_id`);
    for (const id of candidate.requires_controls_minimum ?? []) see(id, `${place}/requires_controls_minimum`);
  }
  for (const id of decision.required_controls_suggested ?? [])
    see(id, `${root}/decision/required_controls_suggested`);
  for (const hint of decision.recommended_profiles ?? []) {
    see(typeof hint === 'string' ? hint : hint.profile_id, `${root}/decision/recommended_profiles`);
  }
}

function seeRecord(record: RegistryRecord, root: string, see: See): void {
  see(record.worker_species_id, `${root}/worker_species_id`);
  for (const id of record.capabilities) see(id, `${root}/capabilities`);
  for (const id of record.required_controls ?? []) see(id, `${root}/required_controls`);
  for (const id of record.currently_implements ?? []) see(id, `${root}/currently_implements`);
}

function isUnknown(id: string): boolean {
  return checkId(id).kind !== 'private' && findEntity(id) === null;
}

function warning(id: string, path: string): Diagnostic {
  const message = `"${id}" is in a reserved namespace, but not in the catalog. It works all the same; check the spelling.`;
  return { level: 'warning', code: 'UNKNOWN_CATALOG_ID', path, message };
}

const RANK = { error: 0, warning: 1, info: 2 };

/** Diagnostics in their one order: errors first, then by path and code. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) => RANK[a.level] - RANK[b.level] || compareText(a.path, b.path) || compareText(a.code, b.code),
  );
}
