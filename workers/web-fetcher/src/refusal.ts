/** Why a page is not fetched: a code, and a sentence that reveals nothing internal. */
export class Refusal {
  readonly code: RefusalCode;
  readonly message: string;

  /** @param message replaces the sentence of the code */
  constructor(code: RefusalCode, message: string = REFUSALS[code]) {
    this.code = code;
    this.message = message;
  }
}

/** Every code of a denial, with its sentence. */
const REFUSALS = {
  FETCH_INVALID_URL: 'The address is not an http:, https: or data: URL.',
  FETCH_ADDRESS_NOT_ALLOWED:
    'The host is not on the public internet, and WCP_WEB_FETCH_ALLOW does not list it.',
  FETCH_OUTSIDE_ENVELOPE:
    'The envelope of this worker does not let it go there: the operator lists host and port in egress_allowlist of its record, and a host with a private address in private_hosts of server.json too.',
  FETCH_UNREACHABLE: 'The host could not be reached, or did not answer with HTTP.',
  FETCH_BROKEN_ANSWER: 'The response broke off, or could not be decompressed.',
  FETCH_TIMEOUT: 'The response was not complete in time.',
  FETCH_TOO_LARGE: 'The content is larger than max_bytes.',
  FETCH_TOO_MANY_REDIRECTS: 'There were more redirects than max_redirects.',
  FETCH_HTTP_STATUS: 'The server answered with a status other than 2xx.',
  FETCH_UNDECODABLE:
    'The content is not UTF-8, does not name its encoding, and it cannot be told from the content. Convert it to UTF-8.',
  FETCH_UNSUPPORTED_TYPE: 'The content is not HTML, Markdown or plain text.',
} as const;

/** A code of a {@link Refusal}. */
export type RefusalCode = keyof typeof REFUSALS;
