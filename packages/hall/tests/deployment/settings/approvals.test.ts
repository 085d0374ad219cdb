import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDeploymentSettings } from '../../../src/deployment/settings/deployment-settings.ts';
import { findingsOf, folderOf, open, read, scratch, write } from '../support.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../../../../docs/approvals.md'), 'utf8');
const BLOCKS = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json) as object);
const ENV = {
  SLACK_BOT_TOKEN: 'xoxb-one',
  SLACK_SIGNING_SECRET: 'signing',
  SMTP_PASSWORD: 'mail',
  TEAMS_WORKFLOW_URL: 'https://example.org/workflow',
};

const settingsOf = (server: object, env = ENV) => {
  const dir = folderOf({ 'server.json': server });
  return readDeploymentSettings(dir, env);
};
const found = async (server: object, env = ENV) =>
  (await findingsOf(folderOf({ 'rules.json': [], 'server.json': server }), { env })).map(
    ({ path, code, message }) => `${path} ${code} ${message}`,
  );

const PUBLIC = { public_url: 'https://hall.example.org' };
const SLACK = {
  bot_token: { env: 'SLACK_BOT_TOKEN' },
  signing_secret: { env: 'SLACK_SIGNING_SECRET' },
  team_id: 'T1',
  channel_id: 'C1',
  stewards: { U1: 'key:5ryqicjpb7jj' },
};
const MAIL = { host: 'localhost', from: 'hall@example.org', to: ['a@example.org'] };

describe('the page on approvals', () => {
  test.each(BLOCKS.map((block, index) => [index + 1, block]))(
    'Block %i of the page is a valid server.json.',
    async (_, block) => {
      const dir = folderOf({ 'server.json': block });
      if (JSON.stringify(block).includes('secrets/teams-bot')) {
        const { mkdirSync } = await import('node:fs');
        mkdirSync(join(dir, 'secrets'));
        write(dir, 'secrets/teams-bot', 'the password\n');
      }
      const { approvals } = await readDeploymentSettings(dir, ENV);
      expect(approvals.demands.length + Object.keys(approvals.chats ?? {}).length).toBeGreaterThan(0);
    },
  );

  test('The page has a block for each part of the settings.', () => {
    expect(BLOCKS.length).toBeGreaterThanOrEqual(6);
  });
});

describe('approvals in server.json', () => {
  test('Secrets come from the environment and from files, and accounts keep their stewards.', async () => {
    const dir = folderOf({
      'server.json': { ...PUBLIC, approvals: { slack: { ...SLACK, bot_token: { file: 'token' } } } },
      token: 'xoxb-of-a-file\n',
    });
    const { approvals } = await readDeploymentSettings(dir, ENV);
    expect(approvals.chats).toMatchObject({
      page_url: 'https://hall.example.org',
      slack: { bot_token: 'xoxb-of-a-file', signing_secret: 'signing' },
    });
    expect(approvals.chats?.slack?.stewards.get('U1')).toBe('key:5ryqicjpb7jj');
  });

  test('A secret that is missing, empty or no text stops the start, and no finding quotes one.', async () => {
    const dir = folderOf({
      'rules.json': [],
      'server.json': { ...PUBLIC, approvals: { slack: { ...SLACK, bot_token: { file: 'none' } } } },
    });
    const findings = await findingsOf(dir, { env: { SLACK_SIGNING_SECRET: '' } });
    expect(findings.map(({ path, code }) => `${path} ${code}`)).toEqual([
      '/approvals/slack/bot_token/file SECRET_INVALID',
      '/approvals/slack/signing_secret/env VARIABLE_MISSING',
    ]);
  });

  test.each<[string, object, string]>([
    ['a demand that demands nothing', { demands: [{ env: 'prod' }] }, 'demands nothing'],
    [
      'more approvals than stewards that count',
      { demands: [{ quorum: 2, stewards: ['key:5ryqicjpb7jj'] }] },
      'nothing could ever be approved',
    ],
    [
      'a steward that is there twice',
      { demands: [{ stewards: ['key:5ryqicjpb7jj', 'key:5ryqicjpb7jj'] }] },
      'different principals',
    ],
    ['a steward that is no principal', { demands: [{ stewards: ['mina'] }] }, 'key:…'],
    ['an unknown member', { demands: [{ quorom: 2 }] }, 'quorom'],
    ['no account', { slack: { ...SLACK, stewards: {} } }, 'one account at least'],
    ['an account that is nobody here', { slack: { ...SLACK, stewards: { U1: 'mina' } } }, 'key:…'],
    ['a secret in the file itself', { slack: { ...SLACK, bot_token: 'xoxb' } }, '{"env": NAME}'],
    [
      'mail in the clear to another machine',
      { email: { ...MAIL, host: 'mx.example.org', tls: 'none' } },
      'this machine alone',
    ],
    [
      'a mail address with a line break',
      { email: { ...MAIL, to: ['a@example.org\nBcc: b@example.org'] } },
      'stewards@example.org',
    ],
    [
      'a domain that is an address',
      { webauthn: { rp_id: '127.0.0.1', origin: 'https://127.0.0.1' } },
      'on rp_id',
    ],
    [
      'a page on another domain',
      { webauthn: { rp_id: 'a.example', origin: 'https://b.example' } },
      'on rp_id',
    ],
    ['a page without TLS', { webauthn: { rp_id: 'a.example', origin: 'http://a.example' } }, 'https'],
  ])('The start is refused with %s.', async (_, approvals, why) => {
    const findings = await found({ ...PUBLIC, approvals });
    expect(findings.join('\n')).toContain(why);
  });

  test('Messages without an address of the page, and passkeys without a site, stop the start.', async () => {
    const approvals = { slack: SLACK, demands: [{ confirmation: 'webauthn' }] };
    expect((await found({ port: 0, approvals })).map((finding) => finding.split(' ')[1])).toEqual([
      'NO_PASSKEY_SITE',
      'NO_PAGE_ADDRESS',
    ]);
  });

  test.each([
    [
      { public_url: 'https://hall.example.org/x' },
      { rp_id: 'hall.example.org', origin: 'https://hall.example.org' },
    ],
    [{ port: 7420 }, { rp_id: 'localhost', origin: 'http://localhost:7420' }],
    [{ public_url: 'http://hall.example.org' }, undefined],
    [{ public_url: 'https://192.0.2.1' }, undefined],
    [{ public_url: 'https://[2001:db8::1]' }, undefined],
    [{ host: '0.0.0.0' }, undefined],
  ])('With %j passkeys belong to %j.', async (server, site) => {
    expect((await settingsOf(server)).approvals.webauthn).toEqual(site);
  });

  test('A demand on a rule that is not there stops the start; one that is there counts.', async () => {
    const dir = scratch();
    await (await open(dir)).close();
    const settings = JSON.parse(read(dir, 'server.json'));
    const [rule] = [JSON.parse(read(dir, 'rules.json'))].flat().flatMap((each) => each.rules ?? each);
    const withRule = (rule_id: string) => ({ ...settings, approvals: { demands: [{ rule_id, quorum: 2 }] } });
    write(dir, 'server.json', withRule('rr_misspelt'));
    expect((await findingsOf(dir)).map(({ path, code }) => `${path} ${code}`)).toEqual([
      '/approvals/demands/0/rule_id NO_SUCH_RULE',
    ]);
    write(dir, 'server.json', withRule(rule.rule_id));
    await expect(open(dir)).resolves.toHaveProperty('hall');
  });
});
