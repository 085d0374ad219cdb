import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RouteDecisionSchema } from '@wcp/spec/document';
import { describe, expect, it } from 'vitest';
import {
  DEAD_RULES,
  folderOf,
  REQUEST,
  RULES,
  record,
  THREE_MISTAKES,
  wcp,
  wcpJson,
} from '../../support/support.ts';

const world = (change: Readonly<Record<string, unknown>> = {}) =>
  folderOf({ 'request.json': REQUEST, 'rules.json': RULES, 'worker.json': record(), ...change });
const ARGS = ['route', 'request.json', '--rules', 'rules.json', '--workers', 'worker.json'];

describe('route', () => {
  it('The command route shows what is dispatched, by which rule and on which worker, and exits 0.', async () => {
    const { code, out, err } = await wcp(ARGS, { cwd: world() });
    expect(out).toMatch(/^DISPATCH {2}cap\.doc\.summarize\n/);
    expect(out).toContain('org.acme.summarizer.one (wrk.doc.summarizer)');
    expect(out).toMatch(/rule +summarize\n/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('The command route prints the RouteDecision alone with --json.', async () => {
    const { code, json } = await wcpJson(ARGS, { cwd: world() });
    expect(Object.keys(json as object).sort()).toEqual(Object.keys(RouteDecisionSchema.properties).sort());
    expect(json).toMatchObject({ outcome: 'DISPATCH', worker_id: 'org.acme.summarizer.one' });
    expect(code).toBe(0);
  });

  it('The command route exits 1 on a denial, with its code and remedy.', async () => {
    const cwd = world({ 'request.json': { ...REQUEST, capability_id: 'cap.doc.shred' } });
    const { code, out } = await wcp(ARGS, { cwd });
    expect(out).toMatch(/^DENIED {2}cap\.doc\.shred {2}DENY_NO_MATCHING_RULE\n/);
    expect(out).toContain('remedy');
    expect(code).toBe(1);
  });

  it('The command route exits 1 on a hold and names no worker as chosen.', async () => {
    const held = { ...RULES.rules[0].decision, escalation: { human_required_default: true } };
    const cwd = world({ 'rules.json': [{ ...RULES.rules[0], decision: held }] });
    const { code, out } = await wcp(ARGS, { cwd });
    expect(out).toMatch(/^HELD .* for a steward, supervisor level gatekeeper\n/);
    expect(out).not.toMatch(/^ {2}worker /m);
    expect(code).toBe(1);
  });

  it('The command route denies a request that is not a RouteInput, with the place of every finding.', async () => {
    const cwd = world({ 'request.json': { ...REQUEST, env: 'moon', tenant_risk: 7 } });
    const { code, out } = await wcp(ARGS, { cwd });
    expect(out).toContain('DENY_INVALID_INPUT');
    expect(out).toMatch(/request\.json:3:10: \/env INVALID_VALUE/);
    expect(out).toMatch(/request\.json:5:18: \/tenant_risk INVALID_VALUE/);
    expect(code).toBe(1);
  });

  it('The command route warns of dead rules and denies in prod because of them.', async () => {
    const cwd = world({ 'rules.json': DEAD_RULES, 'request.json': { ...REQUEST, env: 'prod' } });
    const { code, out, err } = await wcp(ARGS, { cwd });
    expect(err).toMatch(/^rules\.json:\d+:\d+: \/1 warning RULE_DEAD/);
    expect(out).toContain('DENY_SHADOW_RULES_DETECTED');
    expect(code).toBe(1);
  });

  it('The command route makes the same decision again from the same facts.', async () => {
    const facts = { now: '2026-01-01T00:00:00.000Z', decision_id: '00000000-0000-4000-8000-000000000000' };
    const options = { cwd: world({ 'facts.json': facts }) };
    const args = [...ARGS, '--facts', 'facts.json'];
    const [first, second] = [await wcpJson(args, options), await wcpJson(args, options)];
    expect(first.json).toEqual(second.json);
    expect(first.json).toMatchObject({ decision_id: facts.decision_id, timestamp: facts.now });
  });

  it('The command route passes the policy gate’s verdict to a rule that requires one.', async () => {
    const gated = { ...RULES.rules[0].decision, escalation: { policy_gate: true } };
    const verdict = { decision: 'DENY', policy_version: 'p1', reason: 'not on Sundays' };
    const cwd = world({ 'rules.json': [{ ...RULES.rules[0], decision: gated }], 'gate.json': verdict });
    const { out } = await wcp([...ARGS, '--gate', 'gate.json'], { cwd });
    expect(out).toContain('DENY_POLICY_GATE\n');
    expect(out).toContain('not on Sundays');
    expect((await wcp(ARGS, { cwd })).out).toContain('DENY_POLICY_GATE_UNCONFIGURED');
  });

  it('The command route reads the request, and only one file, from standard input.', async () => {
    const cwd = world();
    const args = ['route', '-', ...ARGS.slice(2)];
    expect((await wcp(args, { cwd, input: JSON.stringify(REQUEST) })).code).toBe(0);
    const twice = await wcp(['route', '-', '--rules', '-'], { cwd, input: JSON.stringify(REQUEST) });
    expect(twice.err).toContain('Standard input can be read only once');
    expect(twice.code).toBe(2);
  });

  it('The command route reads workers from a folder, and from a list in one file.', async () => {
    const cwd = world({ 'list.json': [record(), record({ worker_id: 'org.acme.summarizer.two' })] });
    const folder = folderOf({ 'registry_record.json': record(), 'package.json': {} });
    const from = (place: string) =>
      wcpJson(['route', 'request.json', '--rules', 'rules.json', '--workers', place], { cwd });
    expect((await from('list.json')).json).toMatchObject({ outcome: 'DISPATCH' });
    expect((await from(folder)).json).toMatchObject({ worker_id: 'org.acme.summarizer.one' });
    const nothing = await from(folderOf({}));
    expect(nothing.json).toMatchObject({ ok: false, problems: [{ code: 'NO_RECORDS' }] });
  });
});

describe('route with bad input', () => {
  it('Every mistake in every file is reported at once; the command exits 2 and writes nothing.', async () => {
    const cwd = folderOf({
      'request.json': '{ "env": "dev", }',
      'rules.json': THREE_MISTAKES,
      'worker.json': { ...record(), risk_tier: 'huge' },
      'config.json': '{\n "policy_version": "a",\n "policy_version": "b"\n}',
      'facts.json': { now: 'yesterday' },
    });
    const before = readdirSync(cwd);
    const args = [...ARGS, '--config', 'config.json', '--facts', 'facts.json', '--gate', 'missing.json'];
    const { code, out, err } = await wcp(args, { cwd });
    expect(err).toContain('request.json:1:17: error NOT_JSON');
    expect(err).toContain('rules.json:5:25: /rules/0/match/env error INVALID_VALUE');
    expect(err).toContain('rules.json:6:7: /rules/0/decission error UNKNOWN_MEMBER');
    expect(err).toContain('rules.json:7:49: /rules/0/decision/candidate_workers_ranked error INVALID_VALUE');
    expect(err).toMatch(/worker\.json:\d+:\d+: \/risk_tier error INVALID_VALUE/);
    expect(err).toContain('config.json:3:2: /policy_version error DUPLICATE_MEMBER');
    expect(err).toMatch(/facts\.json:2:10: \/now error INVALID_VALUE/);
    expect(err).toContain('missing.json: error UNREADABLE: There is no such file.');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(readdirSync(cwd)).toEqual(before);
  });

  it('With --json the same mistakes are reported as JSON, on standard output only.', async () => {
    const cwd = folderOf({ 'request.json': REQUEST, 'rules.json': THREE_MISTAKES });
    const { code, err, json } = await wcpJson(['route', 'request.json', '--rules', 'rules.json'], { cwd });
    expect((json as { problems: unknown[] }).problems).toHaveLength(3);
    expect(json).toMatchObject({ ok: false, problems: [{ file: 'rules.json', level: 'error' }, {}, {}] });
    expect({ code, err }).toEqual({ code: 2, err: '' });
  });

  it('Other encodings, byte order marks, folders and too deep nesting are refused in plain words.', async () => {
    const cwd = folderOf({
      'latin.json': '',
      'bom.json': `\ufeff${JSON.stringify(RULES)}`,
      'deep.json': '['.repeat(200_000),
    });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(cwd, 'latin.json'), Buffer.from([0x22, 0xe9, 0x22]));
    const args = ['validate', 'rules', 'latin.json', 'bom.json', 'deep.json', '.'];
    const { code, err } = await wcp(args, { cwd });
    expect(err).toContain('latin.json: error UNREADABLE: This is not UTF-8 text.');
    expect(err).toMatch(/bom\.json: error BYTE_ORDER_MARK: .*without one/);
    expect(err).toMatch(/deep\.json: .*TOO_DEEP/);
    expect(err).toContain('.: error UNREADABLE: This is a folder');
    expect(err).not.toMatch(/ {4}at |Error:/);
    expect(code).toBe(2);
  });

  it('Characters of a document that could control a terminal are escaped.', async () => {
    const cwd = folderOf({ 'rules.json': '{"rules": [], "\\u001b[31mred\\u202e": 1}' });
    const { err } = await wcp(['rules', 'check', 'rules.json'], { cwd });
    expect(err).toContain('\\u001b[31mred\\u202e');
    expect(err).not.toMatch(/[\u001b\u202e]/);
  });

  it('A path is shown as the user typed it, and nothing more.', async () => {
    const cwd = scratchWithRules();
    const { err } = await wcp(['route', 'nowhere/request.json', '--rules', 'rules.json'], { cwd });
    expect(err).toContain('nowhere/request.json: error UNREADABLE');
    expect(err).not.toContain(cwd);
  });
});

function scratchWithRules(): string {
  return folderOf({ 'rules.json': RULES });
}
