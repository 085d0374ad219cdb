import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { type ApproverPage, openApproverPage } from '../../src/web/approver-page.ts';
import { readWebSettings } from '../../src/web/settings.ts';
import { Visitor } from './visitor.ts';

export const PASSWORD = 'a password of these tests';

type Env = Readonly<Record<string, string>>;

/** A page with a password, closed with the test, and the address where it listens. */
export async function openPageAt(env: Env, now?: () => number, port = 0) {
  const settings = readWebSettings({ WCP_APPROVER_TOKEN: PASSWORD, ...env });
  if (typeof settings === 'string') throw new Error(settings);
  const at = { host: '127.0.0.1', port: port === 0 ? await freePort() : port };
  const page = await openApproverPage(settings, at, now);
  onTestFinished(() => page.close());
  return { page, listening: `http://127.0.0.1:${at.port}` };
}

/** A page with a password, closed with the test. */
export async function openPage(env: Env, now?: () => number): Promise<ApproverPage> {
  return (await openPageAt(env, now)).page;
}

/** A free port, for an address that must be known before it is opened. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A client that is signed in. */
export async function stewardAt(page: ApproverPage): Promise<Visitor> {
  const steward = new Visitor(page.url);
  await steward.signIn(PASSWORD);
  return steward;
}
