import { generateSigningKey } from '@wcp/evidence';
import { expect, test } from 'vitest';
import { openGovernor } from '../../src/index.ts';
import { AGENT, AUTHORITY, runningHall, TENANT } from '../support/real-hall.ts';

const key_files = () => ({ prepare: async () => generateSigningKey(), complete: async () => {} });

function counted() {
  const runs: unknown[] = [];
  const run = (args: unknown) => {
    runs.push(args);
    return 'done';
  };
  return { runs, tool: { name: 'add', run, blast_radius: { data: 0 } } };
}

test('An agent goes on when the log of its Hall changes its key, again and again.', async () => {
  const { hall, open } = await runningHall({ key: generateSigningKey(), key_files: key_files() });
  const { tool, runs } = counted();
  const governor = await open([tool]);
  for (let round = 0; round < 3; round += 1) {
    expect(await governor.call('add', { round })).toMatchObject({ kind: 'result' });
    await hall.log.rotateKey();
  }
  expect(await governor.call('add', { round: 3 })).toMatchObject({ kind: 'result' });
  expect(runs).toHaveLength(4);
});

test('A key that the agent was given is followed, and one that it was not given is not.', async () => {
  const key = generateSigningKey();
  const { hall, url } = await runningHall({ key, key_files: key_files() });
  const { keys } = hall.identity;
  const tenant = await keys.create({ label: 'tenant', roles: ['tenant'], tenant_id: TENANT });
  const owner = await keys.create({ label: 'owner', roles: ['worker-owner'], authority: AUTHORITY });
  const call = async (public_key: string) => {
    const { tool, runs } = counted();
    const place = { url: url as string, key: tenant.key, worker_key: owner.key, public_key };
    const given = { hall: place, authority: AUTHORITY, agent: AGENT, tenant_id: TENANT, tools: [tool] };
    const governor = await openGovernor(given);
    try {
      return { outcome: await governor.call('add', {}), runs };
    } finally {
      await governor.close();
    }
  };
  await hall.log.rotateKey();
  const followed = await call(key.publicKey);
  expect(followed.outcome).toMatchObject({ kind: 'result' });
  const stranger = await call(generateSigningKey().publicKey);
  expect(stranger.outcome).not.toMatchObject({ kind: 'result' });
  expect(stranger.runs).toEqual([]);
});
