/** Thrown for a document that an operation rejects, with one of the operation's error codes (section 11.2). */
export class OperationError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`The document was rejected: ${code}.`);
    this.code = code;
  }
}
