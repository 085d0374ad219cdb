import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../src/repository/root.ts';
import { describeContained, HELD, scratch } from './support.ts';

const GREETING = ['cap.hello.greet', { name: 'Ada' }] as const;
const SUMMARY = [
  'cap.doc.summarize',
  { text: 'The sea is deep and cold. Ships cross it every day.', max_sentences: 1 },
] as const;

/** Sends requests to the Hall in a folder, each of which a contained worker must carry out. */
async function expectContained(dir: string, requests: readonly (readonly [string, object])[]): Promise<void> {
  const { hall, close } = await openDeployment(dir, { listens: false, keys: 'none' });
  onTestFinished(() => close(0));
  for (const [capability_id, request] of requests) {
    const { outcome_receipt } = await hall.dispatch({
      capability_id,
      env: 'dev',
      data_label: 'PUBLIC',
      tenant_risk: 'low',
      qos_class: 'P2',
      tenant_id: 'agent.example',
      correlation_id: 'start-1',
      request,
    });
    expect(outcome_receipt).toMatchObject({ outcome: { status: 'ok' }, enforcement: HELD });
  }
}

describeContained('a Hall that somebody tries first', () => {
  test('The workers of npm start are contained.', async () => {
    const dir = join(scratch(), 'hall');
    execFileSync(process.execPath, [join(ROOT, 'tooling/src/start/start.ts'), dir]);
    await expectContained(dir, [GREETING, SUMMARY]);
  });

  test('The worker of the example of wcp serve is contained.', async () => {
    await expectContained(join(scratch(), 'hall'), [GREETING]);
  });
});
