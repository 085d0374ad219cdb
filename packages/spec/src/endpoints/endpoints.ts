/** Where an operation of a Hall is, what it answers and whether a client may repeat it. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path; a parameter is written `:name`. */
  readonly url: string;
  readonly media: 'application/json' | 'text/plain' | 'text/event-stream';
  /** The HTTP statuses of an answer; every other one carries a problem document (RFC 9457). */
  readonly statuses: readonly number[];
  /** `safe`: repeating changes nothing. `keyed`: safe with an Idempotency-Key. `never`: a client must not. */
  readonly retry: 'safe' | 'keyed' | 'never';
}

const get = (url: string, media: Endpoint['media'] = 'application/json'): Endpoint => ({
  method: 'GET',
  url,
  media,
  statuses: [200],
  retry: 'safe',
});
const change = (method: 'POST' | 'PUT' | 'DELETE', url: string, status = 200): Endpoint => ({
  method,
  url,
  media: 'application/json',
  statuses: [status],
  retry: 'never',
});

/**
 * Every operation of a Hall by its id (section 9): pure data without schemas, for clients that must stay small.
 * `OPERATIONS` in `@wcp/spec/hall` holds the schemas.
 */
export const ENDPOINTS = {
  route: change('POST', '/wcp/route'),
  // 403 carries the decision where the engine denied, and a problem document where the caller may not ask.
  dispatch: { ...change('POST', '/wcp/dispatch'), statuses: [200, 202, 403], retry: 'keyed' },
  streamDispatch: { ...change('POST', '/wcp/dispatch/stream'), media: 'text/event-stream' },
  chain: change('POST', '/wcp/chain'),
  evaluateAccess: change('POST', '/access/v1/evaluation'),
  evaluateAccesses: change('POST', '/access/v1/evaluations'),
  showAccessConfiguration: get('/.well-known/authzen-configuration'),
  claimCall: change('POST', '/wcp/calls/claim'),
  startCall: change('POST', '/wcp/calls/:claim_id/start'),
  renewCall: change('POST', '/wcp/calls/:claim_id/renew'),
  completeCall: change('POST', '/wcp/calls/:claim_id/complete'),
  listDeadLetters: get('/wcp/dead-letters'),
  replayDeadLetter: change('POST', '/wcp/dead-letters/:decision_id/replay'),
  purgeDeadLetter: change('DELETE', '/wcp/dead-letters/:decision_id'),
  listCapabilities: get('/wcp/capabilities'),
  listWorkers: get('/wcp/workers'),
  showWorker: get('/wcp/workers/:worker_id'),
  enrolWorker: change('POST', '/wcp/workers', 201),
  removeWorker: change('DELETE', '/wcp/workers/:worker_id'),
  listAuthorityKeys: get('/wcp/authorities'),
  addAuthorityKey: change('POST', '/wcp/authorities', 201),
  revokeAuthorityKey: change('DELETE', '/wcp/authorities/:authority/:key_id'),
  listBanLists: get('/wcp/registry/ban-lists'),
  showBanList: get('/wcp/registry/ban-list'),
  publishBanList: change('POST', '/wcp/registry/ban-list', 201),
  withdrawBanList: change('DELETE', '/wcp/registry/ban-list'),
  verifyWorker: get('/wcp/registry/verify/:worker_id'),
  listPendingApprovals: get('/wcp/approvals/pending'),
  showApproval: get('/wcp/approvals/:approval_id'),
  withdrawApproval: change('DELETE', '/wcp/approvals/:approval_id'),
  resolveApproval: change('POST', '/wcp/approvals/resolve'),
  escalateApproval: change('POST', '/wcp/approvals/escalate'),
  confirmApproval: change('POST', '/wcp/approvals/:approval_id/confirmation'),
  listPasskeys: get('/wcp/passkeys'),
  beginPasskey: change('POST', '/wcp/passkeys/options'),
  registerPasskey: change('POST', '/wcp/passkeys', 201),
  removePasskey: change('DELETE', '/wcp/passkeys/:passkey_id'),
  listDecisions: get('/wcp/decisions'),
  showDecision: get('/wcp/decisions/:decision_id'),
  listReceipts: get('/wcp/receipts'),
  listReceiptForms: get('/wcp/receipts/forms'),
  showWorld: get('/wcp/worlds/:digest'),
  showLog: get('/wcp/log'),
  showLogKeys: get('/wcp/log/keys'),
  rotateLogKey: change('POST', '/wcp/log/keys'),
  revokeLogKey: change('POST', '/wcp/log/keys/:key_id/revoke'),
  signCheckpoint: get('/wcp/checkpoint', 'text/plain'),
  listCheckpoints: get('/wcp/checkpoints'),
  proveInclusion: get('/wcp/proofs/inclusion'),
  proveConsistency: get('/wcp/proofs/consistency'),
  followEvents: get('/wcp/events', 'text/event-stream'),
  showHealth: get('/wcp/health'),
  listBudgets: get('/wcp/budgets'),
  listFreezes: get('/wcp/freezes'),
  freeze: change('POST', '/wcp/freeze'),
  release: change('POST', '/wcp/release'),
  forgetPayloads: change('POST', '/wcp/erasures'),
  makeBackup: change('POST', '/wcp/backups', 201),
  listExports: get('/wcp/exports'),
  listRefusedReceipts: get('/wcp/exports/:name/refused'),
  retryRefusedReceipts: change('POST', '/wcp/exports/:name/retry'),
  showMetrics: get('/metrics', 'text/plain'),
  listKeys: get('/wcp/keys'),
  createKey: change('POST', '/wcp/keys', 201),
  rotateKey: change('POST', '/wcp/keys/:key_id/rotate', 201),
  revokeKey: change('DELETE', '/wcp/keys/:key_id'),
  listIssuers: get('/wcp/issuers'),
  putIssuer: change('PUT', '/wcp/issuers/:issuer'),
  removeIssuer: change('DELETE', '/wcp/issuers/:issuer'),
} as const satisfies Readonly<Record<string, Endpoint>>;

/** The id of an operation, as the OpenAPI document has it. */
export type OperationId = keyof typeof ENDPOINTS;
