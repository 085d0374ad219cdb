import { codeOf, NotAccepted } from '../../notification/outbox.ts';
import { answeredObject } from '../bounded-json.ts';

/** How the bot of a Hall speaks to a conversation of Teams (Bot Connector, version 3). */
export interface ConnectorOptions {
  /** The id of the bot's registration in Entra ID. */
  readonly app_id: string;
  readonly app_password: string;
  /** The id of the organisation. */
  readonly tenant_id: string;
  /** Where the conversation is served, such as `https://smba.trafficmanager.net/emea/`. */
  readonly service_url: string;
  readonly conversation_id: string;
  /** Where the bot gets its token (default `https://login.microsoftonline.com/`). */
  readonly login_url?: string;
}

const LOGIN = 'https://login.microsoftonline.com/';
const SCOPE = 'https://api.botframework.com/.default';
/** A token is not used in its last minute. */
const EARLY_MS = 60_000;

/** Writes to a conversation, with a token of its own that it renews. */
export class TeamsConnector {
  readonly #options: ConnectorOptions;
  #token: { readonly text: string; readonly until: number } | null = null;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** The id of the new activity. @throws {NotAccepted} */
  async post(activity: object, signal: AbortSignal): Promise<string> {
    const answer = await this.#send('POST', '', activity, signal);
    const id = (await answeredObject(answer))?.['id'];
    if (answer.ok && typeof id === 'string') return id;
    throw new NotAccepted(`HTTP ${answer.status}`);
  }

  /** @throws {NotAccepted} */
  async update(id: string, activity: object, signal: AbortSignal): Promise<void> {
    const { ok, status, body } = await this.#send('PUT', `/${encodeURIComponent(id)}`, activity, signal);
    await body?.cancel();
    // Somebody removed the message: there is nothing to keep up to date.
    if (!ok && status !== 404) throw new NotAccepted(`HTTP ${status}`);
  }

  /** Gets a token, as the first message would. @throws {NotAccepted} */
  async signIn(signal: AbortSignal): Promise<void> {
    await this.#bearer(signal);
  }

  async #send(
    method: 'POST' | 'PUT',
    path: string,
    activity: object,
    signal: AbortSignal,
  ): Promise<Response> {
    const { service_url, conversation_id } = this.#options;
    const conversation = `v3/conversations/${encodeURIComponent(conversation_id)}/activities${path}`;
    const headers = {
      authorization: `Bearer ${await this.#bearer(signal)}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify(activity);
    return fetch(new URL(conversation, service_url), { method, headers, body, redirect: 'error', signal });
  }

  async #bearer(signal: AbortSignal): Promise<string> {
    if (this.#token !== null && this.#token.until > Date.now()) return this.#token.text;
    const { app_id, app_password, tenant_id, login_url = LOGIN } = this.#options;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: app_id,
      client_secret: app_password,
      scope: SCOPE,
    });
    const url = new URL(`${encodeURIComponent(tenant_id)}/oauth2/v2.0/token`, login_url);
    const answer = await answeredObject(
      await fetch(url, { method: 'POST', body, redirect: 'error', signal }),
    );
    const { access_token: text, expires_in, error } = answer ?? {};
    if (typeof text !== 'string') throw new NotAccepted(`the bot got no token, ${codeOf(error)}`);
    this.#token = { text, until: Date.now() + Number(expires_in ?? 0) * 1000 - EARLY_MS };
    return text;
  }
}
