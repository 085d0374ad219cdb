/** Why a page is not fetched: a code, and a sentence that says nothing of the worker's inside. */
export class Refusal {
  readonly code: RefusalCode;
  readonly message: string;

  /** @param message in place of the sentence that the code has */
  constructor(code: RefusalCode, message: string = REFUSALS[code]) {
    this.code = code;
    this.message = message;
  }
}

/** Every code that the worker refuses with, and its sentence. */
const REFUSALS = {
  FETCH_INVALID_URL: 'The address is no URL of the kind http:, https: or data:.',
  FETCH_ADDRESS_NOT_ALLOWED:
    'The host is not on the public internet, and WCP_WEB_FETCH_ALLOW does not list it.',
  FETCH_UNREACHABLE: 'The host could not be reached, or gave no answer that is HTTP.',
  FETCH_BROKEN_ANSWER: 'The answer broke off, or could not be decompressed.',
  FETCH_TIMEOUT: 'The answer was not complete in time.',
  FETCH_TOO_LARGE: 'The content is larger than max_bytes.',
  FETCH_TOO_MANY_REDIRECTS: 'The page led on to another more often than max_redirects.',
  FETCH_HTTP_STATUS: 'The server answered with a status that means no content.',
  FETCH_UNSUPPORTED_TYPE: 'The content is neither HTML nor Markdown nor plain text.',
} as const;

/** A code of a {@link Refusal}. */
export type RefusalCode = keyof typeof REFUSALS;
