import { answeredObject } from '../bounded-json.ts';

/** Who calls the Web API of Slack, and where it is. */
export interface SlackApi {
  /** The token of the app's bot (`xoxb-…`), with the scope `chat:write`. */
  readonly bot_token: string;
  /** The Web API (default `https://slack.com/api/`). */
  readonly api_url?: string;
}

const API = 'https://slack.com/api/';

/** Calls a method of Slack; resolves with its answer, null where that is no JSON object. */
export async function callSlack(
  { bot_token, api_url = API }: SlackApi,
  method: string,
  body: object,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | null> {
  const response = await fetch(new URL(method, api_url), {
    method: 'POST',
    headers: { authorization: `Bearer ${bot_token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal,
  });
  return answeredObject(response);
}
