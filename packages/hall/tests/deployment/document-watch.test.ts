import { renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { partsOf } from '../../src/hall/create-hall.ts';
import { GREETING, type Opened, open, read, scratch, until, write } from './support.ts';

let dir = '';
let folder: Opened;
beforeEach(async () => {
  dir = scratch();
  folder = await open(dir);
});
const says = (text: string) => until(() => folder.said.some((line) => line.includes(text)));
const ruleOf = async () => (await folder.hall.route(GREETING)).matched_rule_id;
const rules = () => read(dir, 'rules.json');

async function health({ made } = folder) {
  const admin = made.keys.find(({ role }) => role === 'admin')?.key;
  const answer = await folder.hall.app.inject({
    url: '/wcp/health',
    headers: { authorization: `Bearer ${admin}` },
  });
  return answer.json();
}

async function eventsOfTheHall(): Promise<{ readonly event_id: string }[]> {
  const { store } = partsOf(folder.hall).storage;
  const rows = await store.list('events', { where: { tenant_id: null } });
  return rows.flatMap(({ events }) => JSON.parse(events ?? '[]'));
}

describe('documents that change while a Hall runs', () => {
  it('A demand on approvals whose rule is gone is an error in the log: it demands nothing any more.', async () => {
    await folder.close();
    const settings = JSON.parse(read(dir, 'server.json'));
    write(dir, 'server.json', { ...settings, approvals: { demands: [{ rule_id: 'greetings', quorum: 2 }] } });
    folder = await open(dir);
    write(dir, 'rules.json', rules().replace('"greetings"', '"welcomes"'));
    await says('names the rule "greetings", which is not in rules.json');
  });

  it('New documents are put in force where they are valid.', async () => {
    write(dir, 'rules.json', rules().replace('"greetings"', '"welcomes"'));
    await says('New documents are in force.');
    expect(await ruleOf()).toBe('welcomes');
    expect((await eventsOfTheHall()).at(-1)?.event_id).toBe('org.wcp.hall.world-changed');
  });

  it('New documents are put in force where an editor moves a new file over the old one.', async () => {
    write(dir, '.rules.json.swap', rules().replace('"greetings"', '"moved"'));
    renameSync(join(dir, '.rules.json.swap'), join(dir, 'rules.json'));
    await says('New documents are in force.');
    expect(await ruleOf()).toBe('moved');
  });

  it('Half-written documents leave the last good ones in force, and are reported until they are complete.', async () => {
    const before = rules();
    write(dir, 'rules.json', before.slice(0, 200));
    await says('The last good documents stay in force.');
    expect(folder.said[0]).toMatch(/^error UNREADABLE \/rules: rules\.json: This is not JSON: line [0-9]+/);
    expect(await ruleOf()).toBe('greetings');
    expect(await health()).toMatchObject({
      status: 'degraded',
      troubles: [{ code: 'DOCUMENTS_REJECTED' }],
      diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'UNREADABLE' })]),
    });
    expect((await eventsOfTheHall()).at(-1)).toMatchObject({
      event_id: 'org.wcp.hall.documents-rejected',
      errors: [{ code: 'UNREADABLE', path: '/rules' }],
    });
    write(dir, 'rules.json', before.replace('"greetings"', '"whole"'));
    await says('New documents are in force.');
    expect(await health()).toMatchObject({ status: 'ok', troubles: [] });
  });

  it('The last good documents stay in force where a rule has a mistake or the file is gone.', async () => {
    write(dir, 'rules.json', { rules: [{ rule_id: 'x' }] });
    await says('error MISSING_MEMBER /rules/0/match');
    rmSync(join(dir, 'rules.json'));
    await says('rules.json: There is no such file.');
    expect(await ruleOf()).toBe('greetings');
  });

  it('Valid rules are not put in force beside a broken configuration.', async () => {
    write(dir, 'hall.json', { strictness: 11 });
    await says('error UNKNOWN_MEMBER /config/strictness');
    folder.said.length = 0;
    write(dir, 'rules.json', rules().replace('"greetings"', '"later"'));
    await says('The last good documents stay in force.');
    expect(await ruleOf()).toBe('greetings');
    write(dir, 'hall.json', { require_signatory: false });
    await says('New documents are in force.');
    expect(await ruleOf()).toBe('later');
  });

  it('Documents that were only touched are not reported.', async () => {
    utimesSync(join(dir, 'rules.json'), 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(folder.said).toEqual([]);
  });
});

describe('documents that are broken when a Hall starts', () => {
  it('Broken documents at the start leave the last good ones in force, which the log reports.', async () => {
    const first = folder;
    await first.close();
    write(dir, 'rules.json', '{"rules":');
    folder = await open(dir);
    expect(folder.said.at(-1)).toContain('The last good ones are in force.');
    expect(folder.said[0]).toContain('UNREADABLE /rules');
    expect(await ruleOf()).toBe('greetings');
    const troubles = [{ code: 'DOCUMENTS_REJECTED' }];
    expect(await health(first)).toMatchObject({ status: 'degraded', troubles });
  });

  it('Broken documents without earlier ones deny everything, which the log reports.', async () => {
    const fresh = scratch();
    write(fresh, 'rules.json', { rules: 'none' });
    folder = await open(fresh);
    expect(folder.said.at(-1)).toContain('every request is denied');
    expect(await folder.hall.route(GREETING)).toMatchObject({ outcome: 'DENY' });
  });
});
