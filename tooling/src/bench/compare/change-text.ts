import type { Change, Verdict } from './compare.ts';

const WORDS: Readonly<Record<Verdict, string>> = {
  better: 'BETTER',
  worse: 'WORSE',
  changed: 'CHANGED',
  same: 'within the noise',
  unknown: 'measured too seldom to say',
  added: 'new',
  removed: 'no longer measured',
};

/** A figure beside its earlier value, as a line of the terminal. */
export function changeText({ name, change, noise, verdict }: Change): string {
  const moved = change === null ? '' : `${change < 0 ? '' : '+'}${percent(change)}`;
  const bounds = noise === null ? '' : `noise ${percent(noise)}`;
  return `${name.padEnd(48)} ${moved.padStart(9)}  ${bounds.padEnd(14)} ${WORDS[verdict]}`;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : 'from 0';
}

/** What is said of all figures at the end. */
export function summaryText(changes: readonly Change[]): string {
  const count = (verdict: Verdict) => changes.filter((each) => each.verdict === verdict).length;
  return `compared: ${count('better')} better, ${count('worse')} worse, ${count('changed')} changed, ${count('same')} within the noise, ${count('unknown')} measured too seldom to say.`;
}
