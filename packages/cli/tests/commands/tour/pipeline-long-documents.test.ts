import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reportOf, servePage } from '../../support/pipeline-support.ts';
import { folderOf, scratch } from '../../support/support.ts';

beforeEach(() => void vi.stubEnv('TMPDIR', scratch()));
afterEach(() => void vi.unstubAllEnvs());

const MINUTES = 60_000;
const NEEDLE = 'The clockmaker Ingrid Halvorsen mends the broken lamp.';
const QUESTION = ['--question', 'which clockmaker mends the lamp?'];

/** Prose of about a length, no two paragraphs of it alike. */
function proseOf(length: number, between: string): string {
  const paragraph = (n: number) =>
    `On day ${n} the tower stood ${n % 97} metres above the sea, and the fishermen of harbour ${n % 31} waited. `.repeat(
      9,
    );
  const count = Math.ceil(length / (paragraph(1000).length + between.length));
  return Array.from({ length: count }, (_, n) => paragraph(n)).join(between);
}

describe('a long document', () => {
  const LONG = `${proseOf(5_000_000, '\n\n')}\n\n${NEEDLE}\n`;

  test('A document of 5 MB goes through in parts, and its last sentence is found.', {
    timeout: 5 * MINUTES,
  }, async () => {
    const { url, host } = await servePage(LONG, 'text/plain');
    const { code, report } = await reportOf(url, '--allow', host, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
    const registered = report.steps.filter((step) => step.capability_id === 'cap.research.register');
    expect(registered.length).toBeGreaterThan(5);
    expect(report.evidence.findings).toEqual([]);
  });

  test('A document of 5 MB is held once the dispatch chain has spent its blast.', {
    timeout: 5 * MINUTES,
  }, async () => {
    const { url, host } = await servePage(LONG, 'text/plain');
    const { code, report } = await reportOf(url, '--allow', host, '--env', 'stage');
    expect([code, report.stop?.kind, report.stop?.code]).toEqual([1, 'held', 'STEWARD_HOLD']);
    expect(report.blast_score).toBe(15);
  });

  test('One line of 1 MB goes through, and a sentence in its middle is found.', {
    timeout: 3 * MINUTES,
  }, async () => {
    const half = proseOf(500_000, ' ');
    const { url, host } = await servePage(`${half} ${NEEDLE} ${half}`, 'text/plain');
    const { code, report } = await reportOf(url, '--allow', host, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
  });

  test('One word of 1 MB goes through.', { timeout: 3 * MINUTES }, async () => {
    const { url, host } = await servePage(`${NEEDLE} ${'a1b2-'.repeat(200_000)}`, 'text/plain');
    const { code, report } = await reportOf(url, '--allow', host, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
  });

  test('A document of more sections than one registration holds goes through.', {
    timeout: 3 * MINUTES,
  }, async () => {
    const section = (n: number) =>
      `# Day ${n}\n\nThe keeper of day ${n} lit the lamp and wrote it into the book.\n`;
    const text = Array.from({ length: 2100 }, (_, n) => section(n)).join('\n');
    const file = join(folderOf({ 'days.md': `${text}\n# Repairs\n\n${NEEDLE}\n` }), 'days.md');
    const { code, report } = await reportOf(file, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
  });

  test('A document that became shorter leaves none of its last parts behind.', {
    timeout: 3 * MINUTES,
  }, async () => {
    const days = (count: number) =>
      Array.from({ length: count }, (_, n) => `# Day ${n}\n\nThe keeper lit the lamp of day ${n}.\n`).join(
        '\n',
      );
    const folder = folderOf({ 'days.md': `${days(2100)}\n# Repairs\n\n${NEEDLE}\n` });
    const file = join(folder, 'days.md');
    const inFolder = ['--hall', join(scratch(), 'hall'), ...QUESTION];
    const { report: longer } = await reportOf(file, ...inFolder);
    expect(longer.question?.passages[0]?.text).toContain(NEEDLE);
    writeFileSync(file, days(3));
    const { code, report } = await reportOf(file, ...inFolder);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages.map(({ text }) => text).join(' ')).not.toContain(NEEDLE);
  });

  test('A document that is larger than the fetcher may return is refused.', async () => {
    const { url, host } = await servePage('word '.repeat(1_300_000), 'text/plain');
    const { code, report } = await reportOf(url, '--allow', host);
    expect([code, report.stop?.code]).toEqual([1, 'FETCH_TOO_LARGE']);
  });
});
