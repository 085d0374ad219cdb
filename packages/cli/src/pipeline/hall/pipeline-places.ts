/** Where the pipeline keeps its own files in the folder of a Hall. */
export const PIPELINE_PLACES = {
  root: 'pipeline',
  workers: 'pipeline/workers',
  records: 'pipeline/records',
  /** A folder of its own: it is all that the registrar may write to. */
  research: 'pipeline/research',
  hasherKey: 'pipeline/hasher-key.pem',
  issuerKey: 'pipeline/issuer-key.pem',
} as const;
