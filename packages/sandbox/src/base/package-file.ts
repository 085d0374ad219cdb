/** A file that the program sees, as bytes that were hashed: nothing on disk can change them any more. */
export interface PackageFile {
  /** Relative to the root of the package, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}
