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

  /** The id of the new activity; null where it was not accepted. */
  async post(activity: object, signal: AbortSignal): Promise<string | null> {
    const answer = await this.#send('POST', '', activity, signal);
    const id = answer.ok ? (await answeredObject(answer))?.['id'] : null;
    return typeof id === 'string' ? id : null;
  }

  /** False where it was not accepted. */
  async update(id: string, activity: object, signal: AbortSignal): Promise<boolean> {
    const { ok, status, body } = await this.#send('PUT', `/${encodeURIComponent(id)}`, activity, signal);
    await body?.cancel();
    // Somebody removed the message: there is nothing to keep up to date.
    return ok || status === 404;
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
    const { access_token: text, expires_in } = answer ?? {};
    if (typeof text !== 'string')
      throw new Error('The bot got no token: check app_id, tenant_id and its password.');
    this.#token = { text, until: Date.now() + Number(expires_in ?? 0) * 1000 - EARLY_MS };
    return text;
  }
}
