import type { ServerSettings } from '../../config/server-schema.ts';
import { CLIENT_REQUESTS, type ClientRequestKind, ClientRequests } from '../../delivery/client-requests.ts';
import { isPageOf } from '../approval-page.ts';
import { redacted, resultRules } from '../result/result-rules.ts';

const KINDS = Object.keys(CLIENT_REQUESTS) as ClientRequestKind[];

/** What a server may ask the clients of its calls, by its settings. */
export function serverRequests(
  { alias, settings }: { readonly alias: string; readonly settings: ServerSettings },
  hallUrl: () => string | null,
): ClientRequests {
  const { patterns } = resultRules(settings);
  return new ClientRequests({
    alias,
    kinds: KINDS.filter((kind) => settings[kind]),
    isOwnPage: (url) => isPageOf(hallUrl(), url),
    keepBack: (value) => redacted(value, patterns),
  });
}

/** What the gateway declares to a server: fixed by its settings, because servers list other tools to other clients. */
export function declaredCapabilities(settings: ServerSettings): Readonly<Record<string, object>> {
  const turnedOn = KINDS.filter((kind) => settings[kind]);
  return Object.fromEntries(
    turnedOn.map((kind) => [kind, kind === 'elicitation' ? { form: {}, url: {} } : {}]),
  );
}
