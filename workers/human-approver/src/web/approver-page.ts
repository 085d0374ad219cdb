import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HallClient } from '../hall/hall-client.ts';
import { refuse } from './answer.ts';
import type { WebParts } from './asked.ts';
import { cookiesFor } from './cookies.ts';
import { Door } from './door.ts';
import { FormTokens } from './form-tokens.ts';
import { handle } from './handle.ts';
import { Listeners } from './listeners.ts';
import { sendAnswer } from './send-answer.ts';
import { Sessions } from './sessions.ts';
import { hostsOf, urlOf, type WebAddress } from './web-address.ts';
import type { WebSettings } from './web-settings.ts';
import { WebhookGate } from './webhook-gate.ts';

/** How long what is being answered may go on after the page was asked to end. */
const LEAVE_MS = 5_000;

/** A page that listens. */
export interface ApproverPage {
  readonly url: string;
  /** The address that signs in once; null where there is a password. */
  readonly signInUrl: string | null;
  close(): Promise<void>;
}

/**
 * Opens the page in which a steward sees what a Hall holds, and resolves it.
 *
 * @param now milliseconds since 1970; for tests
 * @throws what the system says where it cannot listen
 */
export async function openApproverPage(
  settings: WebSettings,
  address: WebAddress,
  now: () => number = Date.now,
): Promise<ApproverPage> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const bound = { ...address, port: (server.address() as AddressInfo).port };
  const parts = partsOf(settings, bound, now);
  serve(server, parts);
  const url = settings.publicUrl?.origin ?? urlOf(bound);
  const { token } = parts.door;
  return {
    url,
    signInUrl: token === null ? null : `${url}/sign-in?token=${token}`,
    close: () => close(server, parts),
  };
}

function partsOf(settings: WebSettings, address: WebAddress, now: () => number): WebParts {
  const { hall, password, webhook, publicUrl } = settings;
  return {
    hall: new HallClient(hall),
    hosts: hostsOf(address, publicUrl),
    cookies: cookiesFor(address.port, publicUrl?.protocol === 'https:'),
    door: new Door(password, now),
    sessions: new Sessions(now),
    tokens: new FormTokens(),
    listeners: new Listeners(),
    webhooks: webhook === null ? null : new WebhookGate(webhook, now),
    now,
  };
}

function serve(server: Server, parts: WebParts): void {
  server.on('request', (request, response) => {
    response.on('error', () => response.destroy());
    handle(request, parts)
      .catch((error) => {
        console.error(error);
        return refuse(500, 'Something went wrong', 'Look again before you repeat what you did.');
      })
      .then((answer) => sendAnswer(response, answer))
      .catch(() => response.destroy());
  });
}

function close(server: Server, { listeners }: WebParts): Promise<void> {
  listeners.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), LEAVE_MS).unref();
  });
}
