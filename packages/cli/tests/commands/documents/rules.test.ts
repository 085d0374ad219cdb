import { describe, expect, it } from 'vitest';
import { DEAD_RULES, folderOf, RULES, THREE_MISTAKES, wcp, wcpJson } from '../../support/support.ts';

describe('rules check', () => {
  it('exits 0 if every rule can match', async () => {
    const { code, out } = await wcp(['rules', 'check', 'r.json'], { cwd: folderOf({ 'r.json': RULES }) });
    expect({ code, out }).toEqual({ code: 0, out: '1 rule in 1 file: every rule can match.\n' });
  });

  it('exits 1 and shows each dead rule, its place and what covers it', async () => {
    const cwd = folderOf({ 'r.json': DEAD_RULES });
    const { code, out } = await wcp(['rules', 'check', 'r.json'], { cwd });
    expect(out).toMatch(
      /^r\.json:\d+:\d+: RULE_DEAD: "never" can never match: already covered by summarize\.$/m,
    );
    expect(code).toBe(1);
    const { json } = await wcpJson(['rules', 'check', 'r.json'], { cwd });
    expect(json).toMatchObject({ ok: false, dead_rules: [{ rule_id: 'never', covered_by: ['summarize'] }] });
  });

  it('exits 2 and shows all three mistakes of a file, each with path, line and column', async () => {
    const { code, out, err } = await wcp(['rules', 'check', 'r.json'], {
      cwd: folderOf({ 'r.json': THREE_MISTAKES }),
    });
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^r\.json:5:25: \/rules\/0\/match\/env error INVALID_VALUE: /),
      expect.stringMatching(/^r\.json:6:7: \/rules\/0\/decission error UNKNOWN_MEMBER: /),
      expect.stringMatching(
        /^r\.json:7:49: \/rules\/0\/decision\/candidate_workers_ranked error INVALID_VALUE: /,
      ),
      '3 errors. Nothing was done.',
    ]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it('checks several files, whatever catalog a Hall has', async () => {
    const newer = [
      { ...RULES.rules[0], decision: { ...RULES.rules[0].decision, catalog_version_min: '9.9.9' } },
    ];
    const cwd = folderOf({ 'a.json': newer, 'b.json': RULES });
    const { code, out } = await wcp(['rules', 'check', 'a.json', 'b.json'], { cwd });
    expect({ code, out }).toEqual({ code: 0, out: '2 rules in 2 files: every rule can match.\n' });
  });

  it('reads standard input', async () => {
    expect((await wcp(['rules', 'check', '-'], { input: JSON.stringify(DEAD_RULES) })).code).toBe(1);
  });
});
