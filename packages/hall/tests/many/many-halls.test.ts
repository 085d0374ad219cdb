import { verifyLog } from '@wcp/evidence';
import type { Receipt } from '@wcp/spec';
import { expect, test } from 'vitest';
import { partsOf } from '../../src/hall/create-hall.ts';
import type { Hall } from '../../src/index.ts';
import { hasPostgres } from '../support/postgres-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { KEY, manyHalls, ORIGIN, request } from './many-halls.ts';

const withDatabase = test.runIf(hasPostgres);

async function receiptsOf(hall: Hall): Promise<Receipt[]> {
  const rows = await partsOf(hall).storage.store.list('receipts', { limit: 100_000 });
  return rows.map(({ receipt }) => JSON.parse(receipt) as Receipt);
}

async function checkLog(halls: readonly Hall[]): Promise<Receipt[]> {
  const receipts = await receiptsOf(halls[0] as Hall);
  const checkpoints = await Promise.all(halls.map((hall) => hall.log.checkpoint()));
  const verified = verifyLog({ receipts, checkpoints, origin: ORIGIN, first_key: KEY.publicKey });
  expect(verified.findings).toEqual([]);
  return receipts;
}

withDatabase('A hot chain ends exactly at its limit, however many Halls spend in it.', async () => {
  const { halls, ran } = await manyHalls(3, {
    config: { blast: { max_score: { dev: 12 }, on_exceeded: 'deny' } },
  });
  const answers = await Promise.all(
    Array.from({ length: 45 }, (_, index) => (halls[index % 3] as Hall).dispatch(request('hot'))),
  );
  const allowed = answers.filter(({ decision }) => decision.outcome === 'DISPATCH');
  expect(allowed).toHaveLength(12);
  expect(answers.filter(({ decision }) => decision.deny_code === 'DENY_BLAST_RADIUS_EXCEEDED').length).toBe(
    33,
  );
  expect(ran).toHaveLength(12);
  const receipts = await checkLog(halls);
  expect(receipts.filter(({ kind }) => kind === 'decision')).toHaveLength(45);
  expect(receipts.filter(({ kind }) => kind === 'outcome')).toHaveLength(12);
});

withDatabase('A budget is spent to its limit, and not beyond it.', async () => {
  const budget = { budget_id: 'few', scope: {}, unit: 'calls', limit: 10, window_seconds: 31_536_000 };
  const { halls, ran } = await manyHalls(3, { config: { 'x.budgets': [budget] } });
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => (halls[index % 3] as Hall).dispatch(request(`c-${index}`))),
  );
  expect(answers.filter(({ decision }) => decision.outcome === 'DISPATCH')).toHaveLength(10);
  expect(ran).toHaveLength(10);
  await checkLog(halls);
});

withDatabase(
  'A request with a key runs once, at whichever Halls it arrives, and everybody gets the same answer.',
  async () => {
    const { halls, ran } = await manyHalls(3);
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        (halls[index % 3] as Hall).dispatch(request('once'), { idempotency_key: 'the-key' }),
      ),
    );
    expect(ran).toHaveLength(1);
    expect(new Set(answers.map(({ decision }) => decision.decision_id)).size).toBe(1);
    expect(answers.map(({ result }) => result)).toEqual(answers.map(() => answers[0]?.result));
    expect(answers[0]?.result).not.toBeNull();
    await checkLog(halls);
  },
);

withDatabase('What is held at one Hall is approved at another, once.', async () => {
  const { halls, ran } = await manyHalls(3);
  const [first, second] = halls;
  for (let round = 0; round < 5; round += 1) {
    const { decision } = await first.dispatch(request(`held-${round}`, { capability_id: 'cap.notify.send' }));
    expect(decision.outcome).toBe('STEWARD_HOLD');
    const approval_id = decision.pending_approval_id as string;
    const services = halls.map((hall) => partsOf(hall).approvalService);
    await waitFor('the hold at the other Halls', async () =>
      Promise.all(halls.map(async (hall) => (await hall.approval(approval_id)) !== null)).then((all) =>
        all.every(Boolean),
      ),
    );
    await waitFor('the hold to be taken up', () =>
      halls.every((hall) =>
        partsOf(hall)
          .pendingApprovals.pending()
          .some((each) => each.approval_id === approval_id),
      ),
    );
    const steward = { id: 'key:steward', roles: ['steward'] as const, tenant_id: null, authority: null };
    const resolutions = await Promise.allSettled(
      services.map((service) => service.resolve({ approval_id, resolution: 'approve' }, steward)),
    );
    expect(resolutions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(ran).toHaveLength(round + 1);
    await waitFor(
      'the end of the hold',
      async () => (await second.approval(approval_id))?.state === 'approved',
    );
  }
  await checkLog(halls);
});

withDatabase(
  'A freeze at one Hall counts for every decision that is committed after it, at all of them.',
  async () => {
    const { halls } = await manyHalls(3);
    const [first] = halls;
    let isOver = false;
    const asking = halls.map(async (hall, index) => {
      for (let asked = 0; !isOver; asked += 1) await hall.dispatch(request(`f-${index}-${asked}`));
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const by = { id: 'key:steward', roles: ['steward'] as const, tenant_id: null, authority: null };
    const target = { scope: 'tenant', value: 'tenant-a', tenant_id: null } as const;
    const { registryAdmin } = partsOf(first);
    const before = (await first.log.head()).size;
    await registryAdmin.freeze(target, 'stop', by);
    const after = (await first.log.head()).size;
    await new Promise((resolve) => setTimeout(resolve, 300));
    isOver = true;
    await Promise.all(asking);
    const receipts = await checkLog(halls);
    const late = receipts.slice(after).filter(({ kind }) => kind === 'decision');
    expect(late.length).toBeGreaterThan(0);
    expect(late.filter(({ deny_code }) => deny_code === null)).toEqual([]);
    const early = receipts.slice(0, before).filter(({ kind }) => kind === 'decision');
    expect(early.filter(({ deny_code }) => deny_code !== null)).toEqual([]);
  },
);

withDatabase('A worker that one Hall enrols or removes is enrolled or removed at the others.', async () => {
  const { halls } = await manyHalls(2);
  const [first, second] = halls;
  await first.registry.remove('org.many.worker.one');
  const { decision } = await second.dispatch(request('gone'));
  expect(decision.deny_code).toMatch(/^DENY_/);
  await waitFor('the other world', () => second.registry.list().length === 0);
  await checkLog(halls);
});

withDatabase('A key that one Hall revokes opens no other.', async () => {
  const { halls } = await manyHalls(2);
  const [first, second] = halls;
  const made = await first.identity.keys.create({ label: 'x', roles: ['tenant'], tenant_id: 'tenant-a' });
  const who = (hall: Hall) => hall.identity.authenticate(`Bearer ${made.key}`, new Date());
  await waitFor('the key at the other Hall', async () => (await who(second)) !== null);
  await first.identity.keys.revoke(made.key_id);
  await waitFor('its end at the other Hall', async () => (await who(second)) === null);
});

withDatabase(
  'Who listens at one Hall hears what happens at the others, each event once and in order.',
  async () => {
    const { halls } = await manyHalls(2);
    const [first, second] = halls;
    const heard: number[] = [];
    const stop = partsOf(second).feed.listen(({ id }) => heard.push(id));
    // From when it is followed on.
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (let round = 0; round < 4; round += 1) {
      await Promise.all([first.dispatch(request(`a-${round}`)), second.dispatch(request(`b-${round}`))]);
    }
    const { store } = partsOf(first).storage;
    const last = (await store.list('events', { descending: true, limit: 1 }))[0]?.id ?? 0;
    await waitFor('the last event', () => heard.at(-1) === last);
    stop();
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(new Set(heard).size).toBe(heard.length);
    expect(heard.length).toBeGreaterThanOrEqual(8);
  },
);
