import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { beforeEach, describe, expect, it } from 'vitest';
import { REQUEST, scratch, wcp } from '../../support/support.ts';
import { DENIED, HELD, openTestHall, type TestHall } from '../../support/test-hall.ts';

const key = generateSigningKey();
let test: TestHall;
let dir = '';
let publicKey = '';
beforeEach(async () => {
  test = await openTestHall({ key });
  for (const input of [REQUEST, HELD, DENIED, { env: 'moon' }, null, 7]) await test.hall.dispatch(input);
  const place = scratch();
  dir = join(place, 'bundle');
  publicKey = join(place, 'hall.pub.pem');
  writeFileSync(publicKey, key.exportPublicPem());
  await test.as('auditor', ['receipts', 'export', dir, '--decisions']);
});

const verify = async (...more: string[]) => {
  const { code, out } = await wcp(['receipts', 'verify', dir, '--keys', publicKey, '--json', ...more]);
  const json = JSON.parse(out) as { decisions: number | null; findings: { code: string }[] };
  return { code, decisions: json.decisions, codes: json.findings.map((finding) => finding.code) };
};
const read = (name: string) => readFileSync(join(dir, name), 'utf8');
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
const change = (name: string, from: string | RegExp, to: string) => {
  const before = read(name);
  write(name, before.replace(from, to));
  expect(read(name)).not.toBe(before);
};
const theWorld = () => join('worlds', readdirSync(join(dir, 'worlds'))[0] ?? '');

describe('receipts verify on a folder with decisions', () => {
  it('makes every decision again, compares it with its receipt, and counts them', async () => {
    expect(await verify()).toEqual({ code: 0, decisions: 6, codes: [] });
    const { out } = await wcp(['receipts', 'verify', dir, '--keys', publicKey]);
    expect(out).toContain('8 receipts, 1 checkpoint, 6 decisions: ok: nothing is changed or missing.');
  });

  it('is sound for requests that no canonical JSON holds', async () => {
    const headers = { authorization: `Bearer ${test.keyOf('tenant')}`, 'content-type': 'application/json' };
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    for (const text of ['"\\ud800"', '1e999', nested(60), nested(100), nested(400)]) {
      const body = `{"tenant_id":"tenant-a","request":{"a":${text}}}`;
      const answer = await fetch(`${test.url}/wcp/route`, { method: 'POST', headers, body });
      expect(answer.status).toBe(200);
    }
    rmSync(dir, { recursive: true });
    await test.as('auditor', ['receipts', 'export', dir, '--decisions']);
    expect(await verify()).toEqual({ code: 0, decisions: 11, codes: [] });
  });

  it('finds each deleted decision, a doubled one, and one of another log', async () => {
    const lines = read('decisions.jsonl').split('\n');
    for (const index of lines.keys()) {
      if (lines[index] === '') continue;
      write('decisions.jsonl', lines.toSpliced(index, 1).join('\n'));
      expect(await verify(), String(index)).toEqual({ code: 1, decisions: 5, codes: ['DECISION_MISSING'] });
    }
    write('decisions.jsonl', [lines[0], ...lines].join('\n'));
    expect((await verify()).codes).toEqual(['RECEIPT_MISSING']);
    write('decisions.jsonl', '');
    expect((await verify()).codes).toEqual(Array.from({ length: 6 }, () => 'DECISION_MISSING'));
    rmSync(join(dir, 'decisions.jsonl'));
    expect(await verify()).toEqual({ code: 1, decisions: null, codes: ['ABSENT'] });
  });

  it.each([
    ['a request', '"tenant_risk":"low"', '"tenant_risk":"high"', ['RECORD_CHANGED']],
    ['the outcome', '"outcome":"DISPATCH"', '"outcome":"DENY"', ['RECORD_CHANGED']],
    ['what it says of itself', '"denied":false', '"denied":true', ['RECORD_CHANGED']],
    ['the time of a decision', /"decided_at":"2/, '"decided_at":"1', ['RECORD_CHANGED']],
    ['the expiry of a hold', /"approval_expires_at":"2/, '"approval_expires_at":"3', ['RECORD_CHANGED']],
    ['the time in its facts', /"now":"2/, '"now":"3', ['FACTS_CHANGED']],
    ['the blast in its facts', /"now":"2/, '"chain":{"blast_score":1,"depth":0},"now":"2', ['FACTS_CHANGED']],
    ['an event', '"reason":"first_eligible_species"', '"reason":"chosen"', ['EVENTS_CHANGED']],
  ])('finds %s that was changed', async (_, from, to, codes) => {
    change('decisions.jsonl', from, to);
    expect((await verify()).codes).toEqual(codes);
  });

  it('finds a world that was changed or removed', async () => {
    change(theWorld(), '"plain"', '"plane"');
    const { code, codes } = await verify();
    expect([code, new Set(codes)]).toEqual([1, new Set(['WORLD_CHANGED'])]);
    rmSync(join(dir, theWorld()));
    expect(new Set((await verify()).codes)).toEqual(new Set(['WORLD_MISSING']));
  });

  it('names the decision, and shows what is wrong with the receipts too', async () => {
    const [enrolled, , ...receipts] = read('receipts.jsonl').split('\n');
    write('receipts.jsonl', [enrolled, '{"torn":', ...receipts].join('\n'));
    change('decisions.jsonl', /\n$/, '\n{"position": "x"}\n');
    const { codes } = await verify();
    expect(codes).toEqual(expect.arrayContaining(['RECEIPT_MALFORMED', 'RECEIPT_MISSING', 'NOT_JSON']));
    const { out } = await wcp(['receipts', 'verify', dir]);
    expect(out).toMatch(/decisions\.jsonl: RECEIPT_MISSING \(decision [0-9a-f-]{36}\)/);
    expect(out).toMatch(/decisions\.jsonl:7:1: NOT_JSON/);
  });

  it('is sound for a part of a log with its decisions, and finds one that is missing there', async () => {
    rmSync(dir, { recursive: true });
    await test.as('auditor', ['receipts', 'export', dir, '--decisions', '--stream', 'tenant-a']);
    expect(await verify()).toEqual({ code: 0, decisions: 3, codes: [] });
    write('decisions.jsonl', read('decisions.jsonl').split('\n').slice(1).join('\n'));
    expect((await verify()).codes).toEqual(['DECISION_MISSING']);
  });
});
