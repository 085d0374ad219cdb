// The few values that generated worlds are made of, so that they meet each other often.

export const CAPABILITIES = ['cap.doc.summarize', 'cap.mem.retrieve', 'x.ada.doc.shred'];
export const TENANTS = ['tenant-a', 'acme:bot/7', 't_3'];
export const SPECIES = ['wrk.doc.summarizer', 'wrk.mem.embedder', 'x.ada.shredder'];
export const AUTHORITIES = ['org.acme', 'org.globex', 'x.ada'];
export const CONTROLS = [
  'ctrl.obs.audit-log-append-only',
  'ctrl.mem.provenance-required',
  'ctrl.net.egress-denied',
  'ctrl.privilege-envelopes-required',
  'org.acme.own-control',
];
export const HOSTS = ['api.example.org', 'mail.example.org', 'API.example.org'];
export const SECRETS = ['db-password', 'api-key', 'signing-key'];

/** What an adversary would like to see in a log line. */
export const WORDS = [
  'ok',
  'two\nlines',
  'back\\slash',
  'right\u202eleft',
  'bell\u0007 del\u007f c1\u0085',
  'sep\u2028\u2029 marks\u061c\u200e\u200f\u2066\u2069',
  'emoji \u{1f600}',
  '',
];

const hex = (digit: string): string => digit.repeat(64);
export const HASHES = [`sha256:${hex('a')}`, `sha256:${hex('b')}`, `sha256:${hex('c')}`];
export const BARE_HASHES = [hex('a'), hex('b')];
export const MALFORMED_HASHES = [
  '',
  'sha256:',
  `sha256:${hex('A')}`,
  hex('F'),
  `sha512:${hex('a')}`,
  `sha256:${hex('a')}0`,
  ` sha256:${hex('a')}`,
  'a'.repeat(63),
];

/** Two profiles of the published catalog and the controls that they require. */
export const CATALOG_PROFILES: Record<string, string[]> = {
  'prof.notify.standard': ['ctrl.obs.structured-logging', 'ctrl.obs.metrics-core'],
  'prof.ops.approval-strict': ['ctrl.obs.audit-log-append-only', 'ctrl.pol.audit-policy-decisions'],
};
