import { WcpError } from '@wcp/spec/endpoints';

const UNKNOWN_EFFECT = 'Whether the request was carried out is unknown.';

/** No connection, or one that broke before the answer was complete. */
export function unreachable(url: URL, cause: unknown): WcpError {
  return new WcpError(
    'ERR_WCP_HALL_UNREACHABLE',
    `The Hall at ${url.origin} cannot be reached, or the connection broke. ${UNKNOWN_EFFECT}`,
    { cause },
  );
}

/** No complete answer in time. */
export function timedOut(url: URL, timeout_ms: number): WcpError {
  const message = `The Hall at ${url.origin} did not answer within ${timeout_ms} ms. ${UNKNOWN_EFFECT}`;
  return new WcpError('ERR_WCP_HALL_TIMEOUT', message);
}

/**
 * An answer that no Hall gives: another program, a proxy or a redirect.
 *
 * @param why where the status and the media type are those of a Hall
 */
export function notAHall(url: URL, status: number, why?: string): WcpError {
  const found = status === 0 || (status >= 300 && status < 400) ? 'a redirect' : `HTTP ${status}`;
  const reason = why === undefined ? found : `${found}: ${why}`;
  return new WcpError('ERR_WCP_NOT_A_HALL', `The server at ${url.origin} is not a Hall (${reason}).`);
}

/** An answer of more bytes than the limit. */
export function tooLarge(url: URL, max_bytes: number): WcpError {
  return beyondLimit(url, `It is larger than ${max_bytes} bytes.`);
}

/** An answer beyond a limit, which the sentence names. */
export function beyondLimit(url: URL, sentence: string): WcpError {
  return new WcpError(
    'ERR_WCP_HALL_ANSWER',
    `The answer of the Hall at ${url.origin} was not read. ${sentence} ${UNKNOWN_EFFECT}`,
  );
}

/** A call that cannot be sent. */
export function misuse(message: string): WcpError {
  return new WcpError('ERR_WCP_HALL', message);
}
