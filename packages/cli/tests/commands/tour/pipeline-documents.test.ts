import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHallClient, type HallClient } from '@wcp/client';
import { openDeployment } from '@wcp/hall';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
// @boundaries-ignore The registrar's own samples go through all five workers.
import { SENTENCES } from '../../../../../workers/research-registrar/tests/languages/sentences-by-language.ts';
import { answerQuestion } from '../../../src/pipeline/answer-question.ts';
import { DispatchChain } from '../../../src/pipeline/dispatch-chain.ts';
import { hallFolder, reportOf } from '../../support/pipeline-support.ts';
import { folderOf, scratch } from '../../support/support.ts';

const FIVE = ['cap.web.fetch', 'cap.doc.chunk', 'cap.ml.embed', 'cap.doc.hash', 'cap.research.register'];

beforeEach(() => void vi.stubEnv('TMPDIR', scratch()));
afterEach(() => void vi.unstubAllEnvs());

/** A question through the Hall of an earlier run: the first passage that it finds. */
async function firstPassage(client: HallClient, question: string, n: number): Promise<string | undefined> {
  const setting = { client, env: 'dev', data_label: 'INTERNAL', tenant_credential: null } as const;
  const chain = new DispatchChain(`languages-${n}`, { ...setting, tenant_id: 'agent.example' });
  const passages = await answerQuestion(chain, question);
  expect(chain.stop).toBeNull();
  return passages?.[0]?.text;
}

test('A document of fifty languages goes through all five workers, and each sentence is found by a question of its own.', {
  timeout: 300_000,
}, async () => {
  expect(SENTENCES.length).toBeGreaterThanOrEqual(50);
  const dir = hallFolder();
  const sections = SENTENCES.map(([language, sentence]) => `# ${language}\n\n${sentence}\n`).join('\n');
  const file = join(folderOf({ 'languages.md': sections }), 'languages.md');
  const { code, report } = await reportOf(file, '--question', 'nightfall beacon', '--hall', dir);
  expect([code, report.stop, report.evidence.findings]).toEqual([0, null, []]);
  expect(report.steps.map(({ capability_id }) => capability_id)).toEqual(FIVE);
  const { url, close } = await openDeployment(dir, { port: 0 });
  try {
    const key = report.keys.find(({ role }) => role === 'tenant')?.key;
    const client = createHallClient({ url: url as string, key });
    const lost: string[] = [];
    for (const [n, [language, sentence, question]] of SENTENCES.entries()) {
      const passage = await firstPassage(client, question, n);
      if (!passage?.includes(sentence)) lost.push(language);
    }
    expect(lost).toEqual([]);
  } finally {
    await close();
  }
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
