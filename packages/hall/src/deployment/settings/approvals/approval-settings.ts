import { isIP } from 'node:net';
import { ENVS } from '@wcp/spec/document';
import { z } from 'zod';
import { count, text, url } from '../fields.ts';

const SECRET = 'A secret is {"env": NAME} or {"file": …}, relative to this file.';
const secret = z.union(
  [
    z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, SECRET) }),
    z.strictObject({ file: text(SECRET) }),
  ],
  SECRET,
);
/** Where a secret of a chat comes from. */
export type SecretSetting = z.infer<typeof secret>;

const PRINCIPAL =
  'A steward is the id of its principal: key:… (see wcp keys list) or jwt:<issuer>:<subject>.';
const principal = z
  .string(PRINCIPAL)
  .regex(/^(?:key:[a-z0-9]{12}|jwt:[^\s:\p{Cc}]{1,300}:[^\s\p{Cc}]{1,300})$/u, PRINCIPAL);
const stewards = z
  .record(
    text('An account is the id that the chat has for it.'),
    principal,
    'stewards is {ACCOUNT: PRINCIPAL}.',
  )
  .refine((accounts) => Object.keys(accounts).length > 0, 'stewards must name one account at least.');

const QUORUM = 'quorum, how many stewards must approve, must be from 1 to 20.';
const NAMED = 'stewards must be a list of the ids of different principals.';
const demand = z
  .strictObject(
    {
      rule_id: text('rule_id must be the id of a rule.').exactOptional(),
      capability_id: z
        .string()
        .regex(/^cap\.[a-z0-9.-]{1,60}$/, 'capability_id must be an id, cap.….')
        .exactOptional(),
      env: z.enum(ENVS, `env must be one of ${ENVS.join(', ')}.`).exactOptional(),
      tenant_id: text('tenant_id must be the id of a tenant.').exactOptional(),
      quorum: count(QUORUM, 20).exactOptional(),
      stewards: z
        .array(principal, NAMED)
        .min(1, NAMED)
        .refine((ids) => new Set(ids).size === ids.length, NAMED)
        .exactOptional(),
      confirmation: z.literal('webauthn', 'confirmation must be "webauthn".').exactOptional(),
    },
    'A demand is {"rule_id": …, "quorum": …}: which holds, and what their approval needs.',
  )
  .refine(
    ({ quorum, stewards: named, confirmation }) => (quorum ?? named ?? confirmation) !== undefined,
    'A demand needs quorum, stewards or confirmation: without any it demands nothing.',
  )
  .refine(
    ({ quorum = 1, stewards: named }) => named === undefined || named.length >= quorum,
    'quorum is more than the stewards that count: nothing could ever be approved.',
  );

const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const webauthn = z
  .strictObject(
    {
      rp_id: z
        .string()
        .regex(HOST, 'rp_id must be a domain, such as hall.example.org; browsers take no address.'),
      origin: url,
    },
    'webauthn is {"rp_id": …, "origin": …}.',
  )
  .refine(isOneSite, 'origin must be the https address of the page, on rp_id or a domain below it.');

/** Whether browsers let pages of an origin use the passkeys of a domain. */
function isOneSite({ rp_id, origin }: { readonly rp_id: string; readonly origin: string }): boolean {
  const { protocol, hostname, origin: own } = new URL(origin);
  const isSecure = protocol === 'https:' || hostname === 'localhost';
  const isBelow = hostname === rp_id || hostname.endsWith(`.${rp_id}`);
  return own === origin && isSecure && isBelow && isIP(rp_id) === 0;
}

const slack = z.strictObject(
  {
    bot_token: secret,
    signing_secret: secret,
    team_id: text('team_id must be the id of the workspace, T….'),
    channel_id: text('channel_id must be the id of the channel, C….'),
    stewards,
  },
  'slack is {"bot_token": …, "signing_secret": …, "team_id": …, "channel_id": …, "stewards": …}.',
);
const teams = z.union(
  [
    z.strictObject({
      app_id: text('app_id must be the id of the registration of the bot.'),
      app_password: secret,
      tenant_id: text('tenant_id must be the id of the organisation.'),
      service_url: url,
      conversation_id: text('conversation_id must be the id of the conversation, 19:….'),
      stewards,
    }),
    z.strictObject({ workflow_url: secret }),
  ],
  'teams is a bot {"app_id", "app_password", "tenant_id", "service_url", "conversation_id", "stewards"} or {"workflow_url": …}.',
);

const ADDRESS = 'An address of mail is like stewards@example.org.';
const address = z.string(ADDRESS).regex(/^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,253}$/, ADDRESS);
const email = z
  .strictObject(
    {
      host: text('host must be the name of the mail server.'),
      port: count('port must be from 1 to 65535.', 65_535).default(587),
      tls: z
        .enum(['starttls', 'implicit', 'none'], 'tls must be starttls, implicit or none.')
        .default('starttls'),
      user: text('user must be the name of the account.').exactOptional(),
      password: secret.exactOptional(),
      from: address,
      to: z
        .array(address, 'to must be a list of addresses.')
        .min(1, 'to must name one address at least.')
        .max(50),
    },
    'email is {"host": …, "from": …, "to": […]}.',
  )
  .refine(
    ({ tls, host }) => tls !== 'none' || ['localhost', '127.0.0.1', '::1'].includes(host),
    'Without tls, mail goes to a server on this machine alone: localhost.',
  )
  .refine(
    ({ user, password }) => (user === undefined) === (password === undefined),
    'user and password belong together.',
  );

/** What an approval needs, and where stewards are asked. */
export const approvalsSchema = z.strictObject(
  {
    demands: z.array(demand, 'demands must be a list.').default([]),
    webauthn: webauthn.exactOptional(),
    slack: slack.exactOptional(),
    teams: teams.exactOptional(),
    email: email.exactOptional(),
  },
  'approvals is an object such as {"demands": […], "slack": …}.',
);

/** The `approvals` of `server.json`. */
export type ApprovalSettings = z.infer<typeof approvalsSchema>;
