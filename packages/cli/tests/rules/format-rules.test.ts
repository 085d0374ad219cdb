import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileWorld } from '@wcp/router';
import { parseRules } from '@wcp/spec';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { formattedRules } from '../../src/rules/format-rules.ts';
import { anyRules, shuffled } from '../support/any-rules.ts';

const digestOf = (rules: unknown) => compileWorld({ rules, catalogVersion: '9.0.0' }).digest;

test('Rules mean what they meant: formatted they have the same digest, and in whatever order their members were the same text.', () => {
  fc.assert(
    fc.property(anyRules, fc.boolean(), fc.integer(), (list, isDocument, seed) => {
      const rules = isDocument ? { rules: list } : list;
      expect(parseRules(rules).ok).toBe(true);
      const text = formattedRules(rules);
      expect(digestOf(rules)).toMatch(/^sha256:/);
      expect(digestOf(JSON.parse(text))).toBe(digestOf(rules));
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(rules)));
      expect(formattedRules(JSON.parse(text))).toBe(text);
      expect(formattedRules(shuffled(rules, seed))).toBe(text);
    }),
    { numRuns: 150 },
  );
});

describe('the one form', () => {
  it.each(['hall/example/rules.json', 'cli/demo/rules.json', 'cli/pipeline/rules.json'])(
    'is that of the rules that come with the packages: %s',
    (file) => {
      const text = readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
      expect(formattedRules(JSON.parse(text))).toBe(text);
    },
  );

  it('opens a rule and its decision, and keeps a short condition on one line', () => {
    const rule = {
      decision: { candidate_workers_ranked: [], max_blast_score: { prod: 6, dev: 9 } },
      match: { env: { in: ['dev', 'stage'] }, capability_id: 'cap.doc.hash' },
      rule_id: 'r',
    };
    expect(formattedRules([rule])).toBe(`[
  {
    "rule_id": "r",
    "match": { "capability_id": "cap.doc.hash", "env": { "in": ["dev", "stage"] } },
    "decision": {
      "candidate_workers_ranked": [],
      "max_blast_score": { "dev": 9, "prod": 6 }
    }
  }
]
`);
  });

  it('is empty for no rules', () => {
    expect(formattedRules([])).toBe('[]\n');
    expect(formattedRules({ rules: [] })).toBe('{\n  "rules": []\n}\n');
  });

  it('breaks what is longer than a line, and escapes what could control a terminal', () => {
    const tenant_id = { in: Array.from({ length: 12 }, (_, index) => `tenant-${index}`) };
    const decision = { candidate_workers_ranked: [] };
    const text = formattedRules([
      { rule_id: 'r', match: { tenant_id }, description: 'a\u202eb\u009bc\u2028', decision },
    ]);
    expect(text).toContain('"description": "a\\u202eb\\u009bc\\u2028"');
    expect(text).toContain('        "in": [\n          "tenant-0",\n');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});
