import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { describe, expect, it } from 'vitest';
import { NAMED_COMMANDS } from './support/named-commands.ts';
import { type Ran, REAL_CLOCK, REQUEST, record, scratch, wcp } from './support/support.ts';
import { HALL_RULES, HELD, openTestHall } from './support/test-hall.ts';

const EXAMPLE = join(import.meta.dirname, '../../hall/example');

/** Commands that are run by tests of their own, or cannot be run here. */
const NOT_RUN: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^serve/, 'goes on until it is stopped: serve.test.ts'],
  [/^demo/, 'needs a built worker: demo.test.ts'],
  [/^pipeline/, 'needs built workers: pipeline.test.ts'],
  [/^conformance (run|serve)/, 'speaks with a port: conformance.test.ts'],
  [/^mcp/, 'needs the folder of a gateway, or goes on until its client has gone: wrap.test.ts'],
  [/^worker serve/, 'goes on until it is stopped: commands/worker/serve.test.ts'],
  [/^witness serve/, 'goes on until it is stopped: commands/witness/serve.test.ts'],
  [/^hook/, 'reads the event of a coding agent: hook.test.ts'],
  [
    /^(evidence archive|receipts verify \S+\/archive)/,
    'needs a Hall that was stopped: evidence/archive.test.ts',
  ],
  [/^store migrate/, 'needs a database, and a Hall that was stopped: commands/store/migrate.test.ts'],
  [/^(backup|restore)/, 'needs a Hall that was stopped, or a folder for backups: hall/backup.test.ts'],
  [/^bans subscribe "https:/, 'names a host that does not exist: bans.test.ts'],
];

const VERIFIER_KEY = 'hall.example/wcp+caa326ef+ARfLefsrQSDysexl5BmNbgiyjoE/6wHkpACDm4XhgIDO';

/** What stands for what the reader fills in. */
const FILLED: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/\.$/, ''],
  [/\\n$/, ''],
  [/^(approvals \w+) (ID|…|[0-9a-f-]{36}|\$\{\w+\})/, '$1 HOLD'],
  [/^(dead-letters \w+) \$\{ID\}/, '$1 LETTER'],
  [/^(exports \w+) \$\{name\}?/, '$1 siem'],
  [/^catalog show ID/, 'catalog show cap.doc.summarize'],
  [/5ryqicjpb7jj/, 'KEY'],
  [/ed25519:56475aa75463474c --at 400/, 'LOGKEY --at 3'],
  [/^(keys rotate-log) --dir my-hall/, '$1'],
  [/first\.pub\.pem/, 'hall.pub.pem'],
  [/~\/evidence/, 'evidence'],
  [/^agents check src/, 'agents check my-hall'],
  [/^validate <kind> \$\{escaped/, 'validate rules rules.json'],
  [/^validate \[kind\] <files\.\.\.>/, 'validate rules rules.json'],
  [/^validate ban-list FILE/, 'validate ban-list list.json'],
  [/^evidence verify \$\{.*/, 'evidence verify disclosure.json --keys hall.pub.pem'],
  [/^witness watch my-witness \$\{verifierKey.*/, `witness watch my-witness ${VERIFIER_KEY} --from-size 512`],
  [/^witness watch \$\{.*/, `witness watch my-witness ${VERIFIER_KEY}`],
  [/\$\{(dir|escaped)\}?/, 'evidence'],
  [/^receipts tree \$\{correlation_id\}.*/, 'receipts tree try-1'],
  [/^receipts export DIR/, 'receipts export evidence'],
  [/^(evidence disclose) \S+/, '$1 MADE'],
  [/--key(-file)? FILE/, '--key$1 keys/wcp-key.pem'],
  [/^authorities add \S+ --keys \S+/, 'authorities add org.acme --keys acme.pub.pem'],
  [/^(rules \w+) \$\{file\}/, '$1 rules.json'],
  [/ --write FILE$/, ' --write new.json'],
  [/ --witness-policy FILE/, ' --witness-policy policy.txt'],
  [/ --timestamp-certificates FILE/, ' --timestamp-certificates hall.pub.pem'],
  [/NEW_KEY --from-size SIZE/, `${VERIFIER_KEY} --from-size 512`],
  [/ \S+ VERIFIER_KEY.*/, ` my-witness ${VERIFIER_KEY}`],
  [/ && wcp .*/, ''],
  [/ (DIR|…)(?= |$)/, ' my-worker'],
  [/correlation ID --tenant TENANT/, "correlation try-1 --tenant tenant-a --reason 'stop'"],
  [/ (--json )?> \S+$/, ' $1'],
];

/** Commands that must have run before, as whoever reads the message has run them. */
const BEFORE: readonly (readonly [pattern: RegExp, before: readonly string[]])[] = [
  [/^approvals approve .* --result/, ['approvals escalate HOLD --level executor']],
  [/^evidence verify/, ['evidence disclose MADE --out disclosure.json']],
  [/^release/, ['freeze tenant agent.newsroom --reason stop']],
  [/^rules format --check/, ['rules format rules.json']],
  [/^keys revoke-log LOGKEY/, ['keys rotate-log']],
  [
    /^witness watch .*--from-size/,
    ['witness init my-witness --name witness.example/w1', `witness watch my-witness ${VERIFIER_KEY}`],
  ],
  [/^witness watch (?!.*--from-size)/, ['witness init my-witness --name witness.example/w1']],
  [/^workers remove/, ['workers enrol my-hall/workers/hello']],
  [/^workers enrol (\S+) --key-file (\S+)/, ['attest build $1 --version 1.0.0 --key $2']],
  [
    /^(receipts (verify|(tree|export) .* --bundle)|replay --bundle|rules suggest --bundle)/,
    ['receipts export evidence --decisions'],
  ],
  [/^receipts verify log\//, ['evidence tiles log/']],
  [
    /^validate ban-list/,
    ['bans make bad.json --authority org.acme --key-file keys/wcp-key.pem --out list.json'],
  ],
];

/** Exit codes other than 0 of commands that did what they are for. */
const CODES: readonly (readonly [pattern: RegExp, code: number])[] = [
  // The new rules deny what was dispatched.
  [/^replay --rules/, 1],
  // This evidence has no timestamp.
  [/--timestamp-certificates/, 1],
  // The worker fails again.
  [/^dead-letters replay/, 1],
];

/** What the rules of the stage are to decide. */
const CASES = {
  cases: [
    {
      name: 'A request without a rule is denied.',
      input: { ...REQUEST, capability_id: 'cap.web.fetch' },
      expected: { outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' },
    },
  ],
};

/** Where a person types a command: a folder with what the pages speak of, and a Hall at which something happened. */
async function openStage() {
  const key = generateSigningKey();
  const key_files = { prepare: async () => generateSigningKey(), complete: async () => {} };
  const { hall, url, keyOf } = await openTestHall({
    key,
    key_files,
    exports: [{ name: 'siem', form: 'ocsf', target: { path: join(scratch(), 'siem.jsonl') } }],
  });
  const cwd = scratch();
  const write = (name: string, content: unknown) =>
    writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content));
  write('rules.json', { rules: HALL_RULES });
  write('new-rules.json', { rules: HALL_RULES.slice(0, 1) });
  write('rules.test.json', CASES);
  write('hall.json', { policy_version: 'p.1', allowed_tenants: [REQUEST.tenant_id] });
  write('request.json', REQUEST);
  write('policy.txt', 'quorum none\n');
  write('result.json', { summary: 'by hand' });
  write('bad.json', [{ sha256: 'a'.repeat(64), reason: 'malware' }]);
  write('hall.pub.pem', key.exportPublicPem());
  const acme = generateSigningKey();
  write('acme.pub.pem', acme.exportPublicPem());
  cpSync(EXAMPLE, join(cwd, 'my-hall'), { recursive: true });
  for (const name of ['my-worker', 'workers/hello']) {
    cpSync(join(EXAMPLE, 'workers/hello'), join(cwd, name), { recursive: true });
  }
  mkdirSync(join(cwd, 'workers/summarizer'));
  write('workers/summarizer/registry_record.json', record());
  await wcp(['keygen', '--out', 'keys'], { cwd });
  for (const name of ['acme.pem', 'my-hall/keys/org.example.pem']) {
    cpSync(join(cwd, 'keys/wcp-key.pem'), join(cwd, name));
  }
  const { decision } = await hall.dispatch(HELD);
  const made = await hall.dispatch({ ...REQUEST, correlation_id: 'try-1' });
  const failed = await hall.dispatch({ ...REQUEST, correlation_id: 'failed', request: { fail: true } });
  const { key_id: KEY } = await hall.identity.keys.create({ label: 'one', roles: ['steward'] });
  const ids = {
    HOLD: decision.pending_approval_id,
    LETTER: failed.decision.decision_id,
    MADE: made.decision.decision_id,
    KEY,
    LOGKEY: key.keyId,
  } as Record<string, string>;
  return { cwd, url, keyOf, ids };
}

type Stage = Awaited<ReturnType<typeof openStage>>;

/** The words of a line, as a shell would read them. */
function wordsOf(line: string, ids: Stage['ids']): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.map((word) => ids[word] ?? word.replaceAll(/^["']|["']$/g, ''));
}

async function runOn({ cwd, url, keyOf, ids }: Stage, line: string): Promise<Ran> {
  const target = /^receipts export (\S+)/.exec(line)?.[1] ?? /^keygen --out (\S+)/.exec(line)?.[1];
  if (target !== undefined) rmSync(join(cwd, target), { recursive: true, force: true });
  const person = line.startsWith('approvals') ? 'steward' : line.startsWith('dispatch') ? 'tenant' : 'admin';
  const env = { WCP_HALL_URL: url, WCP_HALL_KEY: keyOf(person) };
  return wcp(wordsOf(line, ids), { ...REAL_CLOCK, cwd, env });
}

const filled = (line: string) =>
  FILLED.reduce((text, [pattern, by]) => text.replace(pattern, by), line.split(';')[0] as string).trim();

const LINES = [...new Set([...NAMED_COMMANDS.keys()].map(filled))].filter(
  (line) => !NOT_RUN.some(([pattern]) => pattern.test(line)),
);
/** A name alone, as in "see `wcp receipts verify`": what it needs, the command itself says. */
const isName = (line: string) => /^[a-z-]+( [a-z-]+)?$/.test(line);

describe('a command that a message or a page names', () => {
  it('is run, but for those that another test runs', () => {
    expect(LINES.length).toBeGreaterThan(60);
    const files = NOT_RUN.map(([, reason]) => /(\w+)\.test\.ts/.exec(reason)?.[1]);
    expect(files.every((name) => name !== undefined)).toBe(true);
  });

  it.each(LINES)('does what it is named for: wcp %s', async (line) => {
    const stage = await openStage();
    for (const [pattern, before] of BEFORE) {
      const match = pattern.exec(line);
      if (match === null) continue;
      for (const each of before) {
        const first = each.replaceAll(/\$(\d)/g, (_, n: string) => match[Number(n)] as string);
        expect(await runOn(stage, first), first).toMatchObject({ code: 0 });
      }
    }
    for (const name of ['kept.txt', 'from-a-witness.txt']) {
      const checkpoint = join(stage.cwd, 'evidence/checkpoint.txt');
      if (existsSync(checkpoint)) cpSync(checkpoint, join(stage.cwd, name));
    }
    const { code, err } = await runOn(stage, line);
    const expected = CODES.find(([pattern]) => pattern.test(line))?.[1] ?? 0;
    if (isName(line) && code === 2)
      expect(err).toMatch(/missing|required|Name at least one|Say what|Usage: wcp/i);
    else expect([code, err.replaceAll(/^.* warning .*\n/gm, '')]).toEqual([expected, '']);
  });
});
