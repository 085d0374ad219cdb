import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONFIG, inputFor, RULES, ruleFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

let hall: TestHall;
beforeEach(async () => {
  hall = await TestHall.open();
});
afterEach(() => hall.close());

const codeOf = async (capability: keyof typeof CAPABILITIES = 'plain') => {
  const input = inputFor('tenant-a', { capability_id: CAPABILITIES[capability] });
  return (await hall.post('tenant', '/wcp/route', input)).json.deny_code;
};
const health = async () => (await hall.get('nobody', '/wcp/health')).json;
const eventsOf = async () => (await hall.events()).map(({ event_id }) => event_id);

/** Documents with an error that must not come into force. */
const BROKEN: readonly (readonly [what: string, documents: { rules?: unknown; config?: unknown }])[] = [
  ['rules that are no list', { rules: 'none' }],
  ['a rule with an unknown member', { rules: [{ ...ruleFor('cap.doc.hash'), more: 1 }] }],
  ['two rules with one id', { rules: [ruleFor('cap.doc.hash'), ruleFor('cap.doc.hash')] }],
  ['a dead rule', { rules: [{ ...ruleFor('cap.doc.hash'), match: {} }, ruleFor('cap.web.fetch')] }],
  ['an unknown member of the configuration', { config: { ...CONFIG, more: true } }],
  ['an unknown profile', { config: { profile: 'prof.nothing.known' } }],
];

describe('new documents', () => {
  test('New documents are in force at once, with a world of their own that is stored.', async () => {
    const before = (await health()).world.digest;
    const reload = await hall.hall.reload({ rules: [ruleFor(CAPABILITIES.advised)] });
    expect(reload).toMatchObject({ isAccepted: true, isChanged: true });
    expect([await codeOf('plain'), await codeOf('advised')]).toEqual(['DENY_NO_MATCHING_RULE', null]);
    const after = (await health()).world.digest;
    expect(after).not.toBe(before);
    for (const digest of [before, after]) {
      expect((await hall.get('auditor', `/wcp/worlds/${digest}`)).status).toBe(200);
    }
    expect(await eventsOf()).toContain('org.wcp.hall.world-changed');
  });

  test('Documents that say the same change nothing.', async () => {
    expect(await hall.hall.reload({ rules: structuredClone(RULES) })).toMatchObject({
      isAccepted: true,
      isChanged: false,
    });
    expect(await eventsOf()).not.toContain('org.wcp.hall.world-changed');
  });

  test.each(BROKEN)('After %s the last good world stays, with an event.', async (_what, documents) => {
    const { world } = await health();
    const reload = await hall.hall.reload(documents);
    expect([reload.isAccepted, reload.diagnostics.some(({ level }) => level === 'error')]).toEqual([
      false,
      true,
    ]);
    expect(await codeOf()).toBeNull();
    const degraded = await health();
    expect(degraded).toMatchObject({ status: 'degraded', world, troubles: [{ code: 'DOCUMENTS_REJECTED' }] });
    expect(degraded.diagnostics).toEqual([]);
    expect((await hall.get('tenant', '/wcp/health')).json.diagnostics.length).toBeGreaterThan(0);
    expect(await eventsOf()).toContain('org.wcp.hall.documents-rejected');
    expect((await hall.get('auditor', '/metrics')).text).toContain('wcp_world_sound 0');
    await hall.hall.reload({ rules: RULES, config: CONFIG });
    expect(await health()).toMatchObject({ status: 'ok', troubles: [] });
  });

  test('Documents that arrive while a worker is enrolled leave both in force.', async () => {
    const { record } = hall.delivery;
    await Promise.all([
      hall.post('owner', '/wcp/workers', { record }),
      hall.hall.reload({ rules: [ruleFor(CAPABILITIES.advised)] }),
      hall.post('owner', '/wcp/workers', { record }),
    ]);
    const { documents } = hall.hall.parts.activeWorld.current;
    expect([documents.workers, (documents.rules as unknown[]).length]).toEqual([[record], 1]);
  });

  test('Broken documents at the start of a Hall give way to the last good ones that it knows.', async () => {
    const file = join(tempFolder(), 'store.db');
    const first = await TestHall.open({ file });
    await first.close();
    const second = await TestHall.open({ file, isOpen: true, key: first.signer, rules: 'broken' });
    const { json } = await second.get('nobody', '/wcp/health');
    expect(json).toMatchObject({ status: 'degraded', troubles: [{ code: 'DOCUMENTS_REJECTED' }] });
    expect((await second.hall.route(inputFor('tenant-a'))).outcome).toBe('DISPATCH');
    await second.close();
  });

  test('Broken documents without good ones before them deny everything, and reach no compliance level.', async () => {
    const broken = await TestHall.open({ rules: 'broken' });
    const { json } = await broken.get('nobody', '/wcp/health');
    expect([json.status, json.level]).toEqual(['degraded', null]);
    const { deny_code } = await broken.hall.route(inputFor('tenant-a'));
    expect(deny_code).toBe('DENY_HALL_MISCONFIGURED');
    await broken.close();
  });
});

describe('the compliance level of a Hall', () => {
  test.each([
    ['WCP-Standard', { ...CONFIG, require_signatory: true, allowed_tenants: ['tenant-a'] }, 2],
    ['WCP-Standard', { profile: 'prof.prod.strict' }, 2],
    ['WCP-Standard', CONFIG, 3],
    ['WCP-Standard', {}, 5],
  ])('The level is %s with %j.', async (level, config, missing) => {
    await hall.hall.reload({ config });
    const shown = await health();
    expect([shown.level, shown.missing.length, shown.status]).toEqual([level, missing, 'ok']);
  });

  test('The level is WCP-Basic while nothing can be stored, and the health says why.', async () => {
    const { store } = hall.hall.parts.storage;
    const transact = store.transact as NonNullable<typeof store.transact>;
    store.transact = () => Promise.reject(new Error('the disk is full'));
    await hall.post('tenant', '/wcp/route', inputFor('tenant-a'));
    expect(await health()).toMatchObject({
      status: 'degraded',
      level: 'WCP-Basic',
      troubles: [{ code: 'STORE_FAILED' }],
    });
    store.transact = transact;
    expect(await codeOf()).toBeNull();
    expect((await health()).status).toBe('ok');
  });
});
