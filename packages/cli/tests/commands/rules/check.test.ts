import { describe, expect, it } from 'vitest';
import { DEAD_RULES, folderOf, RULES, THREE_MISTAKES, wcp, wcpJson } from '../../support/support.ts';

/** The rules of these tests, each candidate with those who may serve. */
const CLOSED = JSON.parse(
  JSON.stringify(RULES).replaceAll(
    '"worker_species_id":"wrk.doc.summarizer"',
    '"worker_species_id":"wrk.doc.summarizer","authorities":["org.acme"]',
  ),
) as typeof RULES;

describe('rules check', () => {
  it('The command rules check exits 0 if every rule can match.', async () => {
    const { code, out } = await wcp(['rules', 'check', 'r.json'], { cwd: folderOf({ 'r.json': CLOSED }) });
    expect({ code, out }).toEqual({ code: 0, out: '1 rule in 1 file: every rule can match.\n' });
  });

  it('The command rules check exits 1 and shows each dead rule, its place and what covers it.', async () => {
    const cwd = folderOf({ 'r.json': DEAD_RULES });
    const { code, out } = await wcp(['rules', 'check', 'r.json'], { cwd });
    expect(out).toMatch(
      /^r\.json:\d+:\d+: RULE_DEAD: "never" can never match: already covered by summarize\.$/m,
    );
    expect(code).toBe(1);
    const { json } = await wcpJson(['rules', 'check', 'r.json'], { cwd });
    expect(json).toMatchObject({ ok: false, dead_rules: [{ rule_id: 'never', covered_by: ['summarize'] }] });
  });

  it('The command rules check exits 2 and shows all three mistakes of a file, each with path, line and column.', async () => {
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

  it('Several files are checked together, whatever catalog a Hall has.', async () => {
    const newer = [
      { ...CLOSED.rules[0], decision: { ...CLOSED.rules[0].decision, catalog_version_min: '9.9.9' } },
    ];
    const cwd = folderOf({ 'a.json': newer, 'b.json': CLOSED });
    const { code, out } = await wcp(['rules', 'check', 'a.json', 'b.json'], { cwd });
    expect({ code, out }).toEqual({ code: 0, out: '2 rules in 2 files: every rule can match.\n' });
  });

  it('The command rules check warns of a candidate of the catalog for which any authority may enrol a worker.', async () => {
    const private_ = JSON.parse(
      JSON.stringify(RULES).replaceAll('wrk.doc.summarizer', 'org.acme.summarizer'),
    );
    const cwd = folderOf({
      'r.json': RULES,
      'list.json': RULES.rules,
      'closed.json': CLOSED,
      'own.json': private_,
    });
    for (const file of ['r.json', 'list.json']) {
      const { code, err } = await wcp(['rules', 'check', file], { cwd });
      expect(err).toMatch(
        /candidate_workers_ranked\/0 warning CANDIDATE_OPEN_TO_ANY_AUTHORITY: .*wrk\.doc\.summarizer/,
      );
      expect(code).toBe(0);
    }
    const { json } = await wcpJson(['rules', 'check', 'r.json'], { cwd });
    expect(json).toMatchObject({ ok: true, remarks: [{ code: 'CANDIDATE_OPEN_TO_ANY_AUTHORITY' }] });
    for (const file of ['closed.json', 'own.json']) {
      expect((await wcp(['rules', 'check', file], { cwd })).err).toBe('');
    }
  });

  it('The command rules check reads standard input.', async () => {
    expect((await wcp(['rules', 'check', '-'], { input: JSON.stringify(DEAD_RULES) })).code).toBe(1);
  });
});
