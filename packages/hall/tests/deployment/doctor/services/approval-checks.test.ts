import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ChatOptions } from '../../../../src/approval/chat/open-chats.ts';
import { approvalChecks } from '../../../../src/deployment/doctor/services/approval-checks.ts';
import type { ApprovalSettings } from '../../../../src/deployment/settings/approvals/approval-settings.ts';
import { ChatServer } from '../../../approval/chat/chat-server.ts';
import { scratch } from '../../support.ts';

const NOBODY = 'http://127.0.0.1:9/';

type Asked = Pick<ApprovalSettings, 'slack' | 'teams' | 'email'>;

async function check(dir: string, chats: Omit<ChatOptions, 'page_url'>, settings: object = {}) {
  const base = { dir, env: {}, now: Date.now() };
  return approvalChecks(base, { page_url: 'https://hall.example', ...chats }, settings as Asked);
}

const slack = (api_url: string, bot_token = 'xoxb-right', team_id = 'T1') => ({
  ...{ bot_token, api_url, team_id, channel_id: 'C1', signing_secret: 's', stewards: new Map() },
});

const bot = (login_url: string) => ({
  ...{ app_id: 'app', app_password: 'right', tenant_id: 'tenant', conversation_id: '19:x' },
  ...{ service_url: NOBODY, stewards: new Map(), login_url },
});

/** A Slack that knows one token. */
const openSlack = () =>
  ChatServer.open(({ headers }) => ({
    json:
      headers.authorization === 'Bearer xoxb-right'
        ? { ok: true, team_id: 'T1' }
        : { ok: false, error: 'invalid_auth' },
  }));

describe('what the doctor says of where stewards are asked', () => {
  test('A Hall that asks nowhere has no check, and a workflow of Teams cannot be tried without a card.', async () => {
    expect(await approvalChecks({ dir: '.', env: {}, now: 0 }, undefined, {})).toEqual([]);
    expect(await check('.', { teams: { workflow_url: NOBODY } })).toEqual([]);
  });

  test('A token that Slack does not take is found, and what is printed mends it.', async () => {
    const { url } = await openSlack();
    const dir = scratch();
    const settings = { slack: { bot_token: { file: 'secrets/slack' } } };
    const [found] = await check(dir, { slack: slack(url, 'xoxb-wrong') }, settings);
    expect(found).toMatchObject({ name: 'approvals', subject: 'slack', status: 'fail' });
    expect(found?.message).toContain('invalid_auth');
    expect(JSON.stringify(found)).not.toContain('xoxb');
    execFileSync('bash', ['-c', found?.remedy ?? ''], { input: 'xoxb-right' });
    const file = join(dir, 'secrets/slack');
    expect(statSync(file).mode & 0o077).toBe(0);
    const after = await check(dir, { slack: slack(url, readFileSync(file, 'utf8')) }, settings);
    expect(after).toMatchObject([{ status: 'ok', remedy: null }]);
  });

  test('A token of another workspace, and a Slack that does not answer, are found.', async () => {
    const { url } = await openSlack();
    expect(await check('/srv/hall', { slack: slack(url, 'xoxb-right', 'T2') })).toMatchObject([
      {
        status: 'fail',
        message: expect.stringContaining('team_id'),
        remedy: expect.stringContaining('/srv/hall/server.json'),
      },
    ]);
    expect(await check('.', { slack: slack(NOBODY) })).toMatchObject([
      { status: 'fail', message: expect.stringContaining('cannot be reached') },
    ]);
  });

  test('A bot of Teams that gets no token is found, by the variable of its password.', async () => {
    let answer: object = { error: 'invalid_client' };
    const { url } = await ChatServer.open(() => ({ json: answer }));
    const settings = { teams: { app_id: 'app', app_password: { env: 'TEAMS_PASSWORD' } } };
    expect(await check('.', { teams: bot(url) }, settings)).toMatchObject([
      {
        subject: 'teams',
        status: 'fail',
        message: expect.stringContaining('invalid_client'),
        remedy: 'read -rs TEAMS_PASSWORD && export TEAMS_PASSWORD',
      },
    ]);
    answer = { access_token: 'token', expires_in: 3600 };
    expect(await check('.', { teams: bot(url) }, settings)).toMatchObject([{ status: 'ok' }]);
    expect(await check('.', { teams: bot(NOBODY) }, settings)).toMatchObject([
      { status: 'fail', message: expect.stringContaining('cannot be reached') },
    ]);
  });

  test('A mail server that does not take the account, or is not there, is found.', async () => {
    const server = new SMTPServer({
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth({ password }, _, done) {
        if (password === 'right') done(null, { user: 'hall' });
        else done(new Error('no'));
      },
    });
    server.on('error', () => {});
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', () => ready()));
    onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
    const { port } = server.server.address() as AddressInfo;
    const mail = (password: string, at = port) =>
      check(
        '.',
        {
          email: {
            ...{ host: '127.0.0.1', port: at, tls: 'none', user: 'hall', password },
            ...{ from: 'hall@hall.example', to: ['mina@hall.example'] },
          },
        },
        { email: { password: { env: 'SMTP_PASSWORD' } } },
      );
    expect(await mail('wrong')).toMatchObject([
      { subject: 'email', status: 'fail', remedy: 'read -rs SMTP_PASSWORD && export SMTP_PASSWORD' },
    ]);
    expect(await mail('right')).toMatchObject([{ status: 'ok' }]);
    expect(await mail('right', 9)).toMatchObject([
      { status: 'fail', message: expect.stringContaining('cannot be used') },
    ]);
  });
});
