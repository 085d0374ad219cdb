import type { Enforced, Enforcement } from '@wcp/spec/document';
import { escaped } from './layout.ts';

/** What held a worker to its envelope, grouped by level: `enforced: filesystem_writes, code; sampled: memory`. */
export function enforcementText(enforcement: Enforcement): string {
  const byLevel = new Map<Enforced['level'], string[]>();
  for (const [member, { level, by }] of Object.entries(enforcement)) {
    const shown = by === null ? member : `${member} (${by})`;
    byLevel.set(level, [...(byLevel.get(level) ?? []), escaped(shown)]);
  }
  return [...byLevel].map(([level, members]) => `${escaped(level)}: ${members.join(', ')}`).join('; ');
}

/** The weakest level of all members in a word; empty where nothing is said. */
export function weakestLevel(enforcement: Enforcement | undefined): string {
  if (enforcement === undefined) return '';
  const levels = new Set<string>(Object.values(enforcement).map(({ level }) => level));
  return WEAKEST_FIRST.find((level) => levels.has(level)) ?? '';
}

/** `none` is no weakness: there was nothing to hold the worker to. */
const WEAKEST_FIRST: readonly Enforced['level'][] = ['declared', 'partial', 'sampled', 'enforced', 'none'];
