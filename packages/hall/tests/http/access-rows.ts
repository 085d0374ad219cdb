import { generateSigningKey } from '@wcp/evidence';
import { deadLetterChange } from '../../src/dispatch/dead-letters.ts';
import { banListBy, registeredKey } from '../support/ban-lists.ts';
import { inputFor } from '../support/documents.ts';
import type { Method, Person, TestHall } from '../support/test-hall.ts';
import { ACME, CAPABILITIES, recordOf } from '../support/workers.ts';

/** A request as one cell of the table makes it, on a Hall that the row has prepared. */
interface Call {
  readonly url: string;
  readonly body?: unknown;
}

/** What one route answers to whom. Whoever is not named: 401 without a valid key, else 403. */
export interface Row {
  readonly route: `${Method} ${string}`;
  /** The status for whoever may. */
  readonly status: number;
  readonly who: readonly Person[];
  /** Those who may ask, and get another answer. */
  readonly other?: Partial<Readonly<Record<Person, number>>>;
  /** Brings about what the call is for, anew for each cell. */
  call(hall: TestHall): Promise<Call> | Call;
}

export const EVERYBODY: readonly Person[] = [
  'nobody',
  'revoked',
  'tenant',
  'foreigner',
  'owner',
  'rival',
  'worker',
  'steward',
  'auditor',
  'admin',
  'both',
];
const RECOGNISED = EVERYBODY.slice(2);
const OVERSEERS: readonly Person[] = ['steward', 'auditor', 'admin', 'both'];
const READERS: readonly Person[] = ['tenant', 'foreigner', ...OVERSEERS];
const TENANT: readonly Person[] = ['tenant', 'both'];
const ADMIN: readonly Person[] = ['admin'];

const at = (url: string) => () => ({ url });
const reading = (route: Row['route'], who: readonly Person[]): Row => ({
  route,
  status: 200,
  who,
  call: at(route.slice('GET '.length)),
});

const issuer = (name: string) => ({
  issuer: name,
  tenant_id: 'tenant-a',
  roles: ['tenant'],
  keys: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: Buffer.alloc(32, 9).toString('base64url') }] },
});
const newKey = async ({ hall }: TestHall) =>
  (await hall.parts.identity.keys.create({ label: 'one', roles: ['steward'] })).key_id;
/** A dispatch that its worker did not carry out. */
async function deadLetter({ hall }: TestHall): Promise<string> {
  const input = inputFor('tenant-a');
  const decision = await hall.route(input);
  const request = { text: JSON.stringify(input), requested_by: ['key:one'] };
  await hall.parts.journal.commit([deadLetterChange(decision, request, 'DELIVERY_CRASHED')]);
  return decision.decision_id as string;
}
const frozen = { scope: 'tenant', value: 'tenant-z', reason: 'a test' };

/** Of an authority that enrols nothing here. */
const publishBanList = async (hall: TestHall) => {
  const key = await registeredKey(hall, 'x.ada');
  await hall.post('admin', '/wcp/registry/ban-list', banListBy(key, { authority: 'x.ada' }));
  return { url: '/wcp/registry/ban-list?authority=x.ada' };
};

/** One row for each route of the Hall. */
export const ROWS: readonly Row[] = [
  reading('GET /wcp/health', EVERYBODY),
  reading('GET /wcp/openapi.json', EVERYBODY),
  reading('GET /wcp/capabilities', RECOGNISED),
  reading('GET /wcp/workers', RECOGNISED),
  reading('GET /wcp/checkpoint', RECOGNISED),
  reading('GET /wcp/checkpoints', RECOGNISED),
  reading('GET /wcp/log', RECOGNISED),
  reading('GET /wcp/log/keys', EVERYBODY),
  {
    route: 'POST /wcp/log/keys',
    // This Hall has nowhere to make a key.
    status: 409,
    who: ADMIN,
    call: () => ({ url: '/wcp/log/keys', body: { prepare: true } }),
  },
  {
    route: 'POST /wcp/log/keys/:key_id/revoke',
    status: 409,
    who: ADMIN,
    call: ({ hall }) => ({ url: `/wcp/log/keys/${hall.log.signing_key_id}/revoke`, body: { position: 0 } }),
  },
  reading('GET /wcp/decisions', READERS),
  reading('GET /wcp/receipts', READERS),
  { ...reading('GET /wcp/receipts/forms', OVERSEERS), call: at('/wcp/receipts/forms?form=dsse') },
  reading('GET /wcp/events', READERS),
  reading('GET /wcp/approvals/pending', OVERSEERS),
  reading('GET /wcp/freezes', OVERSEERS),
  reading('GET /wcp/budgets', OVERSEERS),
  reading('GET /wcp/authorities', ['auditor', 'admin']),
  reading('GET /wcp/registry/ban-lists', EVERYBODY),
  {
    ...reading('GET /wcp/registry/ban-list', EVERYBODY),
    call: publishBanList,
  },
  {
    ...reading('GET /wcp/registry/verify/:worker_id', EVERYBODY),
    call: at(`/wcp/registry/verify/${ACME}`),
  },
  reading('GET /metrics', ['auditor', 'admin']),
  reading('GET /wcp/keys', ADMIN),
  reading('GET /wcp/issuers', ADMIN),
  { ...reading('GET /wcp/proofs/inclusion', RECOGNISED), call: at('/wcp/proofs/inclusion?position=0') },
  { ...reading('GET /wcp/proofs/consistency', RECOGNISED), call: at('/wcp/proofs/consistency?first=1') },
  { ...reading('GET /wcp/workers/:worker_id', RECOGNISED), call: at(`/wcp/workers/${ACME}`) },
  {
    ...reading('GET /wcp/worlds/:digest', ['both', 'steward', 'auditor', 'admin']),
    call: ({ hall }) => ({ url: `/wcp/worlds/${hall.parts.activeWorld.current.world.digest}` }),
  },
  {
    ...reading('GET /wcp/decisions/:decision_id', TENANT.concat('steward', 'auditor', 'admin')),
    other: { foreigner: 404 },
    call: async ({ hall }) => ({
      url: `/wcp/decisions/${(await hall.route(inputFor('tenant-a'))).decision_id}`,
    }),
  },
  {
    ...reading('GET /wcp/approvals/:approval_id', TENANT.concat('steward', 'auditor', 'admin')),
    other: { foreigner: 404 },
    call: async (hall) => ({ url: `/wcp/approvals/${(await hall.hold()).approval_id}` }),
  },
  {
    // Whoever asked, and nobody else.
    route: 'DELETE /wcp/approvals/:approval_id',
    status: 200,
    who: ['tenant'],
    other: { foreigner: 404 },
    call: async (hall) => ({ url: `/wcp/approvals/${(await hall.hold()).approval_id}` }),
  },
  {
    route: 'POST /wcp/route',
    status: 200,
    who: TENANT,
    call: () => ({ url: '/wcp/route', body: inputFor('tenant-a') }),
  },
  {
    route: 'POST /wcp/dispatch',
    status: 200,
    who: TENANT,
    call: () => ({ url: '/wcp/dispatch', body: inputFor('tenant-a') }),
  },
  ...(['evaluation', 'evaluations'] as const).map(
    (what): Row => ({
      route: `POST /access/v1/${what}`,
      status: 200,
      who: TENANT,
      // Not a permit: the answer says that the subject is another tenant.
      other: { foreigner: 200 },
      call: () => ({
        url: `/access/v1/${what}`,
        body: {
          subject: { type: 'tenant', id: 'tenant-a' },
          action: { name: 'call' },
          resource: { type: 'capability', id: CAPABILITIES.plain },
        },
      }),
    }),
  ),
  reading('GET /.well-known/authzen-configuration', EVERYBODY),
  {
    route: 'POST /wcp/dispatch/stream',
    status: 200,
    who: TENANT,
    call: () => ({ url: '/wcp/dispatch/stream', body: inputFor('tenant-a') }),
  },
  {
    route: 'POST /wcp/calls/claim',
    status: 404,
    who: ['owner', 'worker'],
    call: () => ({ url: '/wcp/calls/claim', body: { worker_ids: [ACME], wait_ms: 0 } }),
  },
  ...(['start', 'renew', 'complete'] as const).map(
    (act): Row => ({
      route: `POST /wcp/calls/:claim_id/${act}`,
      status: 404,
      who: ['owner', 'rival', 'worker'],
      call: () => ({ url: `/wcp/calls/none/${act}`, body: act === 'complete' ? { result: null } : {} }),
    }),
  ),
  {
    // No key opens it, only the permit of a call that is running.
    route: 'POST /wcp/chain',
    status: 401,
    who: EVERYBODY,
    call: () => ({ url: '/wcp/chain', body: { asked: { capability_id: CAPABILITIES.plain } } }),
  },
  reading('GET /wcp/exports', ['auditor', 'admin']),
  // This Hall has no exports.
  {
    ...reading('GET /wcp/exports/:name/refused', ['auditor', 'admin']),
    status: 404,
    call: at('/wcp/exports/siem/refused'),
  },
  {
    route: 'POST /wcp/exports/:name/retry',
    status: 404,
    who: ADMIN,
    call: () => ({ url: '/wcp/exports/siem/retry', body: { positions: [0] } }),
  },
  reading('GET /wcp/dead-letters', OVERSEERS),
  {
    route: 'POST /wcp/dead-letters/:decision_id/replay',
    status: 200,
    who: ['steward', 'admin', 'both'],
    call: async (hall) => ({ url: `/wcp/dead-letters/${await deadLetter(hall)}/replay` }),
  },
  {
    route: 'DELETE /wcp/dead-letters/:decision_id',
    status: 200,
    who: ADMIN,
    call: async (hall) => ({ url: `/wcp/dead-letters/${await deadLetter(hall)}` }),
  },
  {
    route: 'POST /wcp/approvals/resolve',
    status: 200,
    who: ['steward'],
    call: async (hall) => ({
      url: '/wcp/approvals/resolve',
      body: { approval_id: (await hall.hold()).approval_id, resolution: 'approve' },
    }),
  },
  {
    route: 'POST /wcp/approvals/escalate',
    status: 200,
    who: ['steward'],
    call: async (hall) => ({
      url: '/wcp/approvals/escalate',
      body: { approval_id: (await hall.hold()).approval_id },
    }),
  },
  {
    // Refused, for whoever may ask: nobody has a passkey.
    route: 'POST /wcp/approvals/:approval_id/confirmation',
    status: 403,
    who: ['steward'],
    call: async (hall) => ({
      url: `/wcp/approvals/${(await hall.hold()).approval_id}/confirmation`,
      body: {},
    }),
  },
  // A Hall that is in no chat takes no callback; one that is takes what the chat signed.
  ...(['slack', 'teams'] as const).map(
    (chat): Row => ({
      route: `POST /wcp/approvals/${chat}`,
      status: 404,
      who: EVERYBODY,
      call: () => ({ url: `/wcp/approvals/${chat}`, body: {} }),
    }),
  ),
  reading('GET /wcp/passkeys', ['steward', 'auditor', 'admin', 'both']),
  {
    // Refused, for whoever may ask: this Hall has no site that passkeys belong to.
    route: 'POST /wcp/passkeys/options',
    status: 403,
    who: ['steward', 'both'],
    call: () => ({ url: '/wcp/passkeys/options', body: {} }),
  },
  {
    route: 'POST /wcp/passkeys',
    status: 400,
    who: ['steward', 'both'],
    call: () => ({ url: '/wcp/passkeys', body: {} }),
  },
  {
    route: 'DELETE /wcp/passkeys/:passkey_id',
    status: 404,
    who: ADMIN,
    call: at('/wcp/passkeys/none'),
  },
  {
    route: 'POST /wcp/workers',
    status: 201,
    who: ['owner', 'admin'],
    call: () => ({ url: '/wcp/workers', body: { record: recordOf(ACME) } }),
  },
  {
    route: 'DELETE /wcp/workers/:worker_id',
    status: 200,
    who: ['owner', 'admin'],
    async call(hall) {
      await hall.post('admin', '/wcp/workers', { record: recordOf('org.acme.other.one') });
      return { url: '/wcp/workers/org.acme.other.one' };
    },
  },
  {
    route: 'POST /wcp/authorities',
    status: 201,
    who: ADMIN,
    call: () => ({
      url: '/wcp/authorities',
      body: { authority: 'x.ada', public_key: generateSigningKey().publicKey },
    }),
  },
  {
    route: 'DELETE /wcp/authorities/:authority/:key_id',
    status: 200,
    who: ADMIN,
    async call(hall) {
      const key = generateSigningKey();
      await hall.post('admin', '/wcp/authorities', { authority: 'x.ada', public_key: key.publicKey });
      return { url: `/wcp/authorities/x.ada/${key.keyId}` };
    },
  },
  // After the enrolments: org.acme has a key from here on.
  {
    route: 'POST /wcp/registry/ban-list',
    status: 201,
    who: ['owner', 'admin'],
    async call(hall) {
      const key = await registeredKey(hall, 'org.acme');
      return { url: '/wcp/registry/ban-list', body: banListBy(key) };
    },
  },
  {
    route: 'DELETE /wcp/registry/ban-list',
    status: 200,
    who: ADMIN,
    call: publishBanList,
  },
  {
    route: 'POST /wcp/freeze',
    status: 200,
    who: ['steward', 'admin', 'both'],
    call: () => ({ url: '/wcp/freeze', body: frozen }),
  },
  {
    route: 'POST /wcp/release',
    status: 200,
    who: ['steward', 'admin', 'both'],
    async call(hall) {
      await hall.post('admin', '/wcp/freeze', frozen);
      return { url: '/wcp/release', body: { scope: 'tenant', value: 'tenant-z' } };
    },
  },
  {
    route: 'POST /wcp/erasures',
    status: 200,
    who: ADMIN,
    call: () => ({ url: '/wcp/erasures', body: { tenant_id: 'tenant-z', dry_run: true } }),
  },
  {
    route: 'POST /wcp/backups',
    // Nobody named a folder for them.
    status: 409,
    who: ADMIN,
    call: () => ({ url: '/wcp/backups', body: {} }),
  },
  {
    route: 'POST /wcp/keys',
    status: 201,
    who: ADMIN,
    call: () => ({ url: '/wcp/keys', body: { label: 'another', roles: ['auditor'] } }),
  },
  {
    route: 'POST /wcp/keys/:key_id/rotate',
    status: 201,
    who: ADMIN,
    call: async (hall) => ({ url: `/wcp/keys/${await newKey(hall)}/rotate`, body: {} }),
  },
  {
    route: 'DELETE /wcp/keys/:key_id',
    status: 200,
    who: ADMIN,
    call: async (hall) => ({ url: `/wcp/keys/${await newKey(hall)}` }),
  },
  {
    route: 'PUT /wcp/issuers/:issuer',
    status: 200,
    who: ADMIN,
    call: () => ({ url: '/wcp/issuers/issuer.example', body: issuer('issuer.example') }),
  },
  {
    route: 'DELETE /wcp/issuers/:issuer',
    status: 200,
    who: ADMIN,
    async call({ hall }) {
      await hall.parts.identity.issuers.put(issuer('gone.example'));
      return { url: '/wcp/issuers/gone.example' };
    },
  },
];
