import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
// @boundaries-ignore The registrar's own samples go through all five workers.
import { SENTENCES } from '../../../../../workers/research-registrar/tests/languages/sentences-by-language.ts';
import { reportOf } from '../../support/pipeline-support.ts';
import { folderOf, scratch } from '../../support/support.ts';

beforeEach(() => void vi.stubEnv('TMPDIR', scratch()));
afterEach(() => void vi.unstubAllEnvs());

describe('documents in many languages', () => {
  const sections = SENTENCES.map(([language, sentence]) => `# ${language}\n\n${sentence}\n`).join('\n');

  test.each(SENTENCES.filter(([language]) => /^(?:Chinese|Japanese|Thai|Arabic)$/.test(language)))(
    'A sentence in %s is found by its words, among samples of fifty languages.',
    async (_, sentence, question) => {
      const file = join(folderOf({ 'languages.md': sections }), 'languages.md');
      const { code, report } = await reportOf(file, '--question', question);
      expect([code, report.stop]).toEqual([0, null]);
      expect(report.question?.passages[0]?.text).toContain(sentence);
    },
  );
});

describe('a file that is not UTF-8', () => {
  const german = 'Der Uhrmacher repariert die Lampe für Größe und Öl, übrig bleibt Gemüse.';

  test('A file that is not UTF-8 is decoded as what its bytes suggest, and the report says so.', async () => {
    const file = join(scratch(), 'lampe.txt');
    writeFileSync(file, Buffer.from(german, 'latin1'));
    const { code, report } = await reportOf(file, '--question', 'Gemüse');
    expect([code, report.stop]).toEqual([0, null]);
    expect(report.question?.passages[0]?.text).toBe(german);
    expect(report.steps[0]?.said).toContain('read as windows-1252, which its bytes suggest');
  });

  test.each(['.txt', '.md'])('A file of unknown encoding is refused, not signed: %s', async (extension) => {
    const file = join(scratch(), `noise${extension}`);
    writeFileSync(file, Buffer.from('caf\xe9', 'latin1'));
    const { code, report } = await reportOf(file);
    expect([code, report.stop?.code]).toEqual([1, 'FETCH_UNDECODABLE']);
    expect(report.stop?.message).toContain('Convert it to UTF-8.');
    expect(report.steps).toHaveLength(1);
  });
});
