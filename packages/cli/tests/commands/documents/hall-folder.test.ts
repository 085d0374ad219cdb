import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderOf, RULES, wcp, wcpJson } from '../../support/support.ts';

const RULED = JSON.parse(JSON.stringify(RULES).replaceAll('cap.doc.summarize', 'org.acme.cap.summarize'));

/** A folder of a Hall with this policy. */
function hallOf(policy: string, server: unknown = { gate: { cedar: 'policies' } }): string {
  const cwd = folderOf({});
  mkdirSync(join(cwd, 'my-hall/policies'), { recursive: true });
  writeFileSync(join(cwd, 'my-hall/rules.json'), JSON.stringify(RULED));
  writeFileSync(join(cwd, 'my-hall/server.json'), JSON.stringify(server));
  writeFileSync(join(cwd, 'my-hall/policies/main.cedar'), policy);
  return cwd;
}

const permit = (capability: string) =>
  `permit(principal == Tenant::"acme",\n action == Action::"${capability}", resource);`;

describe('rules check of the folder of a Hall', () => {
  it('It checks the policies of the gate with the capabilities that the rules name.', async () => {
    const { code, json } = await wcpJson(['rules', 'check', 'my-hall'], {
      cwd: hallOf(permit('org.acme.cap.summarize')),
    });
    const gates = [{ kind: 'cedar', policy_version: expect.stringMatching(/^sha256:/), findings: [] }];
    expect({ code, json }).toMatchObject({ code: 0, json: { ok: true, gates } });
  });

  it('Broken policies exit with 2, each finding with its file, line, code and remedy.', async () => {
    const cwd = hallOf(permit('org.acme.cap.sumarize'));
    const { code, out, err } = await wcp(['rules', 'check', 'my-hall'], { cwd });
    expect(err).toMatch(
      /^my-hall\/policies\/main\.cedar:2:1: error POLICY_INVALID: .*sumarize.* Did you mean .*org\.acme\.cap\.summarize/m,
    );
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const { json } = await wcpJson(['rules', 'check', 'my-hall'], { cwd });
    expect(json).toMatchObject({ ok: false, problems: [{ code: 'POLICY_INVALID', place: { line: 2 } }] });
  });

  it('Policies that allow everything exit with 2.', async () => {
    const cwd = hallOf('permit(principal, action, resource);');
    const { code, err } = await wcp(['rules', 'check', 'my-hall'], { cwd });
    expect(err).toContain('POLICY_SELF_TEST_ALLOWED');
    expect(code).toBe(2);
  });

  it('A server file that cannot be read is said, and a folder without a gate has none.', async () => {
    const broken = await wcp(['rules', 'check', 'my-hall'], { cwd: hallOf('', { gate: 'cedar' }) });
    expect(broken.err).toMatch(/^my-hall\/server\.json: error INVALID_VALUE: \/gate: /m);
    expect(broken.code).toBe(2);
    const { code, json } = await wcpJson(['rules', 'check', 'my-hall'], { cwd: hallOf('', {}) });
    expect({ code, json }).toMatchObject({ code: 0, json: { gates: [] } });
  });
});

describe('rules schema', () => {
  it('It prints the schema with the capabilities of the rules, and of the catalog alone without them.', async () => {
    const cwd = hallOf('');
    const { code, out } = await wcp(['rules', 'schema', 'my-hall'], { cwd });
    expect(out).toContain('"org.acme.cap.summarize"');
    expect(code).toBe(0);
    const plain = await wcp(['rules', 'schema'], { cwd });
    expect(plain.out).not.toContain('org.acme');
    expect(plain.out).toContain('"cap.doc.summarize"');
    const { json } = await wcpJson(['rules', 'schema', 'my-hall/rules.json'], { cwd });
    expect(json).toEqual({ schema: out });
  });

  it('Rules with errors give no schema.', async () => {
    const { code, out } = await wcp(['rules', 'schema', 'r.json'], { cwd: folderOf({ 'r.json': [{}] }) });
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});
