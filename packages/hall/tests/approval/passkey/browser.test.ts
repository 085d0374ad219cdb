import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.ts';
import { type Person, TestHall } from '../../support/test-hall.ts';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

beforeEach(({ skip }) => {
  // With WCP_BROWSER=1 it must be there.
  if (process.env['WCP_BROWSER'] !== '1' && !existsSync(CHROMIUM)) skip(`There is no ${CHROMIUM}.`);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A Hall whose approvals a passkey must confirm, on the name that browsers give secure contexts to. */
async function openHall() {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const hall = await TestHall.open({
    webauthn: { rp_id: 'localhost', origin },
    approvalDemands: [{ confirmation: 'webauthn' }],
  });
  onTestFinished(() => hall.close());
  await hall.hall.app.listen({ host: '127.0.0.1', port });
  return { hall, origin };
}

/** A page of Chromium with a virtual authenticator, whose user can be told to refuse. */
async function openPage() {
  const context = await chromium.launchPersistentContext(tempFolder(), {
    executablePath: CHROMIUM,
    args: FLAGS,
  });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('403')) problems.push(message.text());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, problems, cdp, authenticatorId };
}

async function signIn(page: Page, hall: TestHall, url: string, person: Person = 'steward') {
  await page.goto(url);
  await page.getByLabel('Key of a steward').fill(hall.keys.get(person) ?? '');
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const credentialsOf = async (cdp: CDPSession, authenticatorId: string) =>
  (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;

describe('a passkey in Chromium', () => {
  test('A steward registers a passkey, and approves with it; without the user being verified nothing is approved.', async () => {
    const { hall, origin } = await openHall();
    const { page, problems, cdp, authenticatorId } = await openPage();
    const { approval_id } = await hall.hold('held', { request: { what: 'one' } });

    await signIn(page, hall, `${origin}/approvals/${approval_id}`);
    await page.getByText('1 steward, each with a passkey').waitFor();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('You have no passkey.').waitFor();

    await signIn(page, hall, `${origin}/passkeys`);
    await page.getByRole('button', { name: 'Register a passkey' }).click();
    await page.getByText('The passkey is registered.').waitFor();
    expect(await credentialsOf(cdp, authenticatorId)).toHaveLength(1);

    await signIn(page, hall, `${origin}/approvals/${approval_id}`);
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText(/not allowed|timed out/i).waitFor();
    expect((await hall.hall.approval(approval_id))?.state).toBe('pending');

    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('This request is approved.').waitFor();
    expect(hall.delivery.calls.map(({ request }) => request)).toEqual([{ what: 'one' }]);
    const [step] = (await hall.hall.approval(approval_id))?.history ?? [];
    expect(step?.confirmation).toMatchObject({ method: 'webauthn', challenged: { approval_id } });
    expect(problems).toEqual([]);
  });
});
