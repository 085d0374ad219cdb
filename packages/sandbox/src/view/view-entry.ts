/** One thing that the program sees, in the order in which they are put in place. */
export type ViewEntry =
  /** A file or folder of the host. */
  | { readonly kind: 'bind'; readonly from: string; readonly to: string; readonly access: BindAccess }
  | { readonly kind: 'folder'; readonly to: string }
  /** An empty folder in memory, that may be written to. */
  | { readonly kind: 'tmpfs'; readonly to: string; readonly bytes: number }
  /** A file made of bytes. */
  | { readonly kind: 'file'; readonly to: string; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly kind: 'link'; readonly to: string; readonly target: string }
  | { readonly kind: 'proc'; readonly to: string }
  /** From here on nothing more is put there. */
  | { readonly kind: 'read_only'; readonly to: string };

/** What may be done with a file or folder of the host. */
type BindAccess = 'read' | 'write' | 'device';
