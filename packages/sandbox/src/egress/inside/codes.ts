/** One way in which a connection out of a sandbox ends. */
interface EgressCodeEntry {
  /** `connected` where the connection was made and ended badly later. */
  readonly outcome: 'connected' | 'refused' | 'failed';
  /** The code of the error that a program in the sandbox sees, as the operating system would name it. */
  readonly errno: string;
  /** The HTTP status with which the forwarder answers. */
  readonly status: number;
  readonly message: string;
}

/**
 * Every code of a connection. The place in this table is what the broker answers inside, so that nothing has to be
 * parsed there: 0 is a connection that was made, 1 the first row.
 */
export const EGRESS_CODES = {
  EGRESS_NOT_LISTED: {
    outcome: 'refused',
    errno: 'EACCES',
    status: 403,
    message: 'The worker’s egress_allowlist does not name this host and port.',
  },
  EGRESS_ADDRESS_REFUSED: {
    outcome: 'refused',
    errno: 'EACCES',
    status: 403,
    message: 'The host has only private or special addresses, and the operator has not allowed it those.',
  },
  EGRESS_TOO_MANY_CONNECTIONS: {
    outcome: 'refused',
    errno: 'EMFILE',
    status: 503,
    message: 'The worker has as many connections as it may have at a time.',
  },
  EGRESS_NAME_UNRESOLVED: {
    outcome: 'failed',
    errno: 'ENOTFOUND',
    status: 502,
    message: 'The name of the host could not be resolved.',
  },
  EGRESS_UNREACHABLE: {
    outcome: 'failed',
    errno: 'ECONNREFUSED',
    status: 502,
    message: 'The host could not be reached at this port.',
  },
  EGRESS_CONNECT_TIMEOUT: {
    outcome: 'failed',
    errno: 'ETIMEDOUT',
    status: 504,
    message: 'The host did not accept the connection in time.',
  },
  EGRESS_IDLE_TIMEOUT: {
    outcome: 'connected',
    errno: 'ETIMEDOUT',
    status: 504,
    message: 'Nothing went through the connection for too long.',
  },
  EGRESS_BROKEN: {
    outcome: 'connected',
    errno: 'ECONNRESET',
    status: 502,
    message: 'One side broke the connection off.',
  },
  EGRESS_CLOSED: {
    outcome: 'failed',
    errno: 'ECONNRESET',
    status: 502,
    message: 'The sandbox was closed before the connection was made.',
  },
} as const satisfies Readonly<Record<string, EgressCodeEntry>>;

/** A code of {@link EGRESS_CODES}. */
export type EgressCode = keyof typeof EGRESS_CODES;

const NAMES = Object.keys(EGRESS_CODES) as EgressCode[];

/** The byte that answers a connection: 0 where it was made. */
export function answerOf(code: EgressCode | null): Buffer {
  return Buffer.of(code === null ? 0 : NAMES.indexOf(code) + 1);
}

/** What the first byte of a connection says: null where it was made, and a broken connection for any other byte. */
export function codeOf(answer: number | undefined): EgressCode | null {
  return answer === 0 ? null : (NAMES[(answer ?? 0) - 1] ?? 'EGRESS_BROKEN');
}

/** An error as Node would make it for a connection that the system refused; port 0 where only a name was asked for. */
export function egressError(code: EgressCode, host: string, port: number): NodeJS.ErrnoException {
  const { errno, message } = EGRESS_CODES[code];
  const syscall = errno === 'ENOTFOUND' ? 'getaddrinfo' : 'connect';
  const place = port === 0 ? host : `${host}:${port}`;
  return Object.assign(new Error(`${syscall} ${errno} ${place}: ${message}`), {
    code: errno,
    syscall,
    hostname: host,
    port,
    egress_code: code,
  });
}
