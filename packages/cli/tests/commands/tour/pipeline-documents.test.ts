import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
// @boundaries-ignore The registrar's own samples go through all five workers.
import { SENTENCES } from '../../../../../workers/research-registrar/tests/languages/sentences-by-language.ts';
import { reportIn, servePage } from '../../support/pipeline-support.ts';
import { folderOf, scratch, wcp } from '../../support/support.ts';

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

async function run(document: string, ...more: readonly string[]) {
  const { code, out, err } = await wcp(['pipeline', 'run', document, ...more, '--json']);
  return { code, err, report: reportIn(out) };
}

describe('a long document goes through in parts', () => {
  const LONG = `${proseOf(5_000_000, '\n\n')}\n\n${NEEDLE}\n`;

  test('of 5 MB, and its last sentence is found', { timeout: 5 * MINUTES }, async () => {
    const { url, host } = await servePage(LONG, 'text/plain');
    const { code, report } = await run(url, '--allow', host, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
    const registered = report.steps.filter((step) => step.capability_id === 'cap.research.register');
    expect(registered.length).toBeGreaterThan(5);
    expect(report.evidence.findings).toEqual([]);
  });

  test('of 5 MB, until the chain has spent its blast', { timeout: 5 * MINUTES }, async () => {
    const { url, host } = await servePage(LONG, 'text/plain');
    const { code, report } = await run(url, '--allow', host, '--env', 'stage');
    expect([code, report.stop?.kind, report.stop?.code]).toEqual([1, 'held', 'STEWARD_HOLD']);
    expect(report.blast_score).toBe(15);
  });

  test('of one line of 1 MB, and a sentence in its middle is found', { timeout: 3 * MINUTES }, async () => {
    const half = proseOf(500_000, ' ');
    const { url, host } = await servePage(`${half} ${NEEDLE} ${half}`, 'text/plain');
    const { code, report } = await run(url, '--allow', host, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
  });

  test('of one word of 1 MB', { timeout: 3 * MINUTES }, async () => {
    const { url, host } = await servePage(`${NEEDLE} ${'a1b2-'.repeat(200_000)}`, 'text/plain');
    const { code, report } = await run(url, '--allow', host, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
  });

  test('of more sections than one registration holds', { timeout: 3 * MINUTES }, async () => {
    const section = (n: number) =>
      `# Day ${n}\n\nThe keeper of day ${n} lit the lamp and wrote it into the book.\n`;
    const text = Array.from({ length: 2100 }, (_, n) => section(n)).join('\n');
    const file = join(folderOf({ 'days.md': `${text}\n# Repairs\n\n${NEEDLE}\n` }), 'days.md');
    const { code, report } = await run(file, ...QUESTION);
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toContain(NEEDLE);
  });

  test('but not when it is larger than the fetcher may return', async () => {
    const { url, host } = await servePage('word '.repeat(1_300_000), 'text/plain');
    const { code, report } = await run(url, '--allow', host);
    expect([code, report.stop?.code]).toEqual([1, 'FETCH_TOO_LARGE']);
  });
});

describe('a document in any language is found by its words', () => {
  const sections = SENTENCES.map(([language, sentence]) => `# ${language}\n\n${sentence}\n`).join('\n');

  test.each(SENTENCES.filter(([language]) => /^(?:Chinese|Japanese|Thai|Arabic)$/.test(language)))(
    'in %s, among samples of fifty',
    async (_, sentence, question) => {
      const file = join(folderOf({ 'languages.md': sections }), 'languages.md');
      const { code, report } = await run(file, '--question', question);
      expect([code, report.stop]).toEqual([0, null]);
      expect(report.question?.passages[0]?.text).toContain(sentence);
    },
  );
});

describe('a file that is not UTF-8', () => {
  const german = 'Der Uhrmacher repariert die Lampe für Größe und Öl, übrig bleibt Gemüse.';

  test('is decoded as what its bytes suggest, which is said', async () => {
    const file = join(scratch(), 'lampe.txt');
    writeFileSync(file, Buffer.from(german, 'latin1'));
    const { code, report } = await run(file, '--question', 'Gemüse');
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toBe(german);
    expect(report.steps[0]?.said).toContain('read as windows-1252, which its bytes suggest');
  });

  test.each(['.txt', '.md'])(
    'and whose encoding is unknown is refused, not signed: %s',
    async (extension) => {
      const file = join(scratch(), `noise${extension}`);
      writeFileSync(file, Buffer.from('caf\xe9', 'latin1'));
      const { code, report } = await run(file);
      expect([code, report.stop?.code]).toEqual([1, 'FETCH_UNDECODABLE']);
      expect(report.stop?.message).toContain('Convert it to UTF-8.');
      expect(report.steps).toHaveLength(1);
    },
  );
});
