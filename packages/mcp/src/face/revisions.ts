/** The revision without `initialize` and sessions: each request says everything. */
export const MODERN_REVISION = '2026-07-28';
/** The revisions with `initialize` that are served, the newest first. */
const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;
const LATEST_LEGACY = LEGACY_REVISIONS[0];

/** The members of `_meta` that belong to the protocol. */
export const META = {
  version: 'io.modelcontextprotocol/protocolVersion',
  client: 'io.modelcontextprotocol/clientInfo',
  capabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscription: 'io.modelcontextprotocol/subscriptionId',
  server: 'io.modelcontextprotocol/serverInfo',
  progress: 'progressToken',
} as const;

/** Whether a revision is one without `initialize`, served or not. */
export function isModern(revision: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(revision) && revision > LATEST_LEGACY;
}

/** Whether a revision with `initialize` is served. */
export function isServedLegacy(revision: string): boolean {
  return (LEGACY_REVISIONS as readonly string[]).includes(revision);
}

/** The revision of a session whose client asked for `requested`: that one where it is served, else the newest. */
export function negotiate(requested: unknown): string {
  return typeof requested === 'string' && isServedLegacy(requested) ? requested : LATEST_LEGACY;
}

/** Whether a client of this revision can be asked to open a page by a request of ours. */
export function hasUrlElicitation(revision: string): boolean {
  return revision >= '2025-11-25';
}
