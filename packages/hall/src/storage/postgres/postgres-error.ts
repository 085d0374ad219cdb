import { WcpError } from '@wcp/spec';
import { StoreUnavailable } from '../store/store-unavailable.ts';

/** What classes of PostgreSQL's error codes mean to an operator (its manual, appendix A). */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^28|^3D/, 'The database refuses this user, or does not exist. Check the address and its password.'],
  [
    /^42501/,
    'The user of the database may not do this. Make it the owner of the schema, or grant CREATE on the database.',
  ],
  [
    /^25006/,
    'The database takes no changes: it is a replica, or read-only. Give the address of the primary server.',
  ],
  [/^53100/, 'The disk of the database is full. Nothing was acknowledged that is not stored. Free space.'],
  [/^53/, 'The database has no room for another connection. Raise max_connections, or stop other programs.'],
  [/^57P|^08/, 'The database stopped or cut the connection. The Hall connects again by itself.'],
  [/^57014|^55P03/, 'The database did not answer in time. Nothing was acknowledged that is not stored.'],
  [/^23505/, 'The store already has such a row.'],
];

const UNREACHABLE =
  'The database cannot be reached. Nothing is dispatched meanwhile; the Hall connects again by itself.';

/** The failure of a database as a {@link WcpError}: a plain sentence, with the cause, and nothing of the address. */
export function postgresError(error: unknown): WcpError {
  if (error instanceof WcpError) return error;
  const code = codeOf(error);
  const known = code === null ? undefined : CLASSES.find(([pattern]) => pattern.test(code));
  const unanswered = isAboutCertificate(error) ? UNTRUSTED : UNREACHABLE;
  const sentence = code === null ? unanswered : (known?.[1] ?? `The database failed (${code}).`);
  return isPassing(code)
    ? new StoreUnavailable(sentence, error)
    : new WcpError('ERR_WCP_STORE', sentence, { cause: error });
}

/** What another try may find otherwise: a server that is away, starting, busy or a replica. */
function isPassing(code: string | null): boolean {
  return code === null || /^08|^57|^53|^55P03|^25006|^40/.test(code);
}

const UNTRUSTED =
  'The certificate of the database is refused: nobody vouches for it, or it is for another name. Name the authority with ca_file, and the host as the certificate does.';

/** Node's codes of certificates that were not verified (`tls` and OpenSSL). */
function isAboutCertificate(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' && /CERT|UNABLE_TO|ALTNAME/.test(code);
}

/** Whether the connection is of no use any more: the server said so, or nobody said anything that it could. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof WcpError) return false;
  const code = codeOf(error);
  return code === null || /^08|^57P/.test(code);
}

/** SQLSTATE, which comes with a severity; a failure of the network or of the driver, such as EPIPE, has none. */
function codeOf(error: unknown): string | null {
  const { code, severity } = Object(error) as { readonly code?: unknown; readonly severity?: unknown };
  return typeof code === 'string' && typeof severity === 'string' ? code : null;
}
