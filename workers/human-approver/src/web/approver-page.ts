import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StewardClient } from '../hall/steward-client.ts';
import { Authenticator } from './access/authenticator.ts';
import { cookiesFor } from './access/cookies.ts';
import { FormTokens } from './access/secrets.ts';
import { Sessions } from './access/sessions.ts';
import { hostsOf, urlOf, type WebAddress } from './address.ts';
import { handleRequest } from './handle-request.ts';
import { LivePages } from './live-pages.ts';
import type { WebServices } from './request.ts';
import { problemPage, sendResponse } from './response.ts';
import type { WebSettings } from './settings.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

/** How long open requests may take after the page was closed. */
const GRACE_MS = 5_000;

/** A page that is served. */
export interface ApproverPage {
  readonly url: string;
  /** The one-time sign-in link; null when there is a password. */
  readonly signInUrl: string | null;
  close(): Promise<void>;
}

/**
 * Serves the page where a steward sees and resolves what a Hall holds.
 *
 * @param now milliseconds since 1970; for tests
 * @throws {Error} of the system when it cannot listen
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
  const services = servicesFor(settings, bound, now);
  serve(server, services);
  const url = settings.publicUrl?.origin ?? urlOf(bound);
  const { token } = services.authenticator;
  return {
    url,
    signInUrl: token === null ? null : `${url}/sign-in?token=${token}`,
    close: () => close(server, services),
  };
}

function servicesFor(settings: WebSettings, address: WebAddress, now: () => number): WebServices {
  const { hall, password, webhook, publicUrl, proxy } = settings;
  return {
    hall: new StewardClient(hall),
    proxy,
    hosts: hostsOf(address, publicUrl),
    cookies: cookiesFor(address.port, publicUrl?.protocol === 'https:'),
    authenticator: new Authenticator(password, now),
    sessions: new Sessions(now),
    tokens: new FormTokens(),
    livePages: new LivePages(),
    webhooks: webhook === null ? null : new WebhookReceiver(webhook, now),
    now,
  };
}

function serve(server: Server, services: WebServices): void {
  server.on('request', (request, response) => {
    response.on('error', () => response.destroy());
    handleRequest(request, services)
      .catch((error) => {
        console.error(error);
        return problemPage(500, 'Something went wrong', 'Check the state of the hold before you try again.');
      })
      .then((content) => sendResponse(response, content))
      .catch(() => response.destroy());
  });
}

function close(server: Server, { livePages }: WebServices): Promise<void> {
  livePages.close();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
  });
}
