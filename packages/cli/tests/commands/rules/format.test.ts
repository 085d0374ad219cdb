import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formattedRules } from '../../../src/rules/format-rules.ts';
import { folderOf, RULES, THREE_MISTAKES, wcp, wcpJson } from '../../support/support.ts';

const CANONICAL = formattedRules(RULES);
const read = (cwd: string, name: string) => readFileSync(join(cwd, name), 'utf8');

describe('rules format', () => {
  it('The command rules format writes each file in the one form, and finds nothing to do the second time.', async () => {
    const cwd = folderOf({ 'a.json': JSON.stringify(RULES), 'b.json': CANONICAL });
    const args = ['rules', 'format', 'a.json', 'b.json'];
    expect(await wcp(args, { cwd })).toEqual({
      code: 0,
      out: 'a.json: formatted\n2 files: 1 formatted.\n',
      err: '',
    });
    expect(read(cwd, 'a.json')).toBe(CANONICAL);
    expect(await wcp(args, { cwd })).toEqual({ code: 0, out: '2 files: nothing to format.\n', err: '' });
  });

  it('With --check it writes nothing, and exits 1 if a file is in another form.', async () => {
    const text = JSON.stringify(RULES);
    const cwd = folderOf({ 'a.json': text, 'b.json': CANONICAL });
    const { code, out } = await wcp(['rules', 'format', '--check', 'a.json', 'b.json'], { cwd });
    expect({ code, out }).toEqual({
      code: 1,
      out: 'a.json: is in another form\n2 files: 1 to format with `wcp rules format`.\n',
    });
    expect(read(cwd, 'a.json')).toBe(text);
    expect((await wcp(['rules', 'format', '--check', 'b.json'], { cwd })).code).toBe(0);
    const { json } = await wcpJson(['rules', 'format', '--check', 'a.json'], { cwd });
    expect(json).toEqual({ ok: false, files: [{ file: 'a.json', is_changed: true }] });
  });

  it('Standard input is written to standard output, alone.', async () => {
    const input = JSON.stringify(RULES);
    expect(await wcp(['rules', 'format', '-'], { input })).toEqual({ code: 0, out: CANONICAL, err: '' });
    expect((await wcp(['rules', 'format', '-', '--check'], { input })).code).toBe(1);
    expect((await wcp(['rules', 'format', '-', '--check'], { input: CANONICAL })).code).toBe(0);
    const { json } = await wcpJson(['rules', 'format', '-'], { input });
    expect(json).toEqual({ ok: true, files: [{ file: '-', is_changed: true, text: CANONICAL }] });
    const both = await wcp(['rules', 'format', '-', 'a.json'], { input });
    expect(both.err).toContain('Standard input is formatted alone');
    expect(both.code).toBe(2);
  });

  it.each([
    ['three mistakes', THREE_MISTAKES, ['INVALID_VALUE', 'UNKNOWN_MEMBER', 'INVALID_VALUE']],
    ['no JSON', '{"rules": [', ['NOT_JSON']],
    ['a byte order mark', `\ufeff${CANONICAL}`, ['BYTE_ORDER_MARK']],
    ['a member twice', '{"rules": [], "rules": []}', ['DUPLICATE_MEMBER']],
    ['a number that would change', '{"rules": [{"rule_id": 9007199254740993}]}', ['NUMBER_NOT_EXACT']],
    ['ten thousand levels', '['.repeat(10_000), ['TOO_DEEP']],
    ['one rule_id twice', JSON.stringify([...RULES.rules, ...RULES.rules]), ['INVALID_VALUE']],
  ])('A file with %s is left as it is, and so is every other file.', async (_, text, codes) => {
    const other = JSON.stringify(RULES);
    const cwd = folderOf({ 'good.json': other, 'bad.json': text });
    const { code, json } = await wcpJson(['rules', 'format', 'good.json', 'bad.json'], { cwd });
    const { problems } = json as { problems: { code: string; file: string }[] };
    expect(problems.map((each) => each.code)).toEqual(codes);
    expect(code).toBe(2);
    expect([read(cwd, 'good.json'), read(cwd, 'bad.json')]).toEqual([other, text]);
  });

  it('A link stays a link, and the file keeps its mode.', async () => {
    const cwd = folderOf({ 'real.json': JSON.stringify(RULES) });
    chmodSync(join(cwd, 'real.json'), 0o640);
    symlinkSync('real.json', join(cwd, 'link.json'));
    expect((await wcp(['rules', 'format', 'link.json'], { cwd })).code).toBe(0);
    expect(lstatSync(join(cwd, 'link.json')).isSymbolicLink()).toBe(true);
    expect(read(cwd, 'real.json')).toBe(CANONICAL);
    expect(statSync(join(cwd, 'real.json')).mode & 0o777).toBe(0o640);
  });

  it('Lines that end as on Windows become lines of the one form.', async () => {
    const cwd = folderOf({});
    writeFileSync(join(cwd, 'r.json'), CANONICAL.replaceAll('\n', '\r\n'));
    expect((await wcp(['rules', 'format', '--check', 'r.json'], { cwd })).code).toBe(1);
    await wcp(['rules', 'format', 'r.json'], { cwd });
    expect(read(cwd, 'r.json')).toBe(CANONICAL);
  });
});
