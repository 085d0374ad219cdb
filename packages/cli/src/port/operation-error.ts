/** A document that an operation refuses, with one of the operation's error codes (section 11.2). */
export class OperationError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The document is refused: ${code}.`);
    this.code = code;
  }
}
