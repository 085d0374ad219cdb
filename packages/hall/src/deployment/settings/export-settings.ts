import { RECEIPT_FORM_NAMES } from '@wcp/spec/hall';
import { z } from 'zod';
import { count, text, url } from './fields.ts';

const EXPORT =
  'An export is {"name": …, "as": …, "file": {"path": …}} or {"name": …, "as": …, "http": {"url": …}}.';
const NAME = 'name must be lower-case letters, digits and hyphens, at most 40.';
const AS = `as must be one of ${RECEIPT_FORM_NAMES.join(', ')}.`;
const FROM = 'from must be start, the first receipt of the log, or now.';
const PATH = 'path must be the path of a file, relative to the folder of the Hall or absolute.';
const MAX_BYTES = 'max_bytes, the size at which the file is set aside, must be from 65536 to 1099511627776.';
const KEEP = 'keep, the full files that are kept, must be from 1 to 10000.';
const BATCH = 'batch, the receipts in one request, must be from 1 to 500.';
const VARIABLE = 'This must be the name of an environment variable.';
const variable = z.string(VARIABLE).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, VARIABLE);

const file = z.strictObject(
  {
    path: text(PATH),
    max_bytes: count(MAX_BYTES, 2 ** 40, 65_536).exactOptional(),
    keep: count(KEEP, 10_000).exactOptional(),
  },
  'file is {"path": …, "max_bytes": …, "keep": …}.',
);
const http = z.strictObject(
  {
    url,
    bearer_env: variable.exactOptional(),
    secret_env: variable.exactOptional(),
    batch: count(BATCH, 500).exactOptional(),
  },
  'http is {"url": …, "bearer_env": …, "secret_env": …, "batch": …}.',
);
const row = z
  .strictObject(
    {
      name: z.string(NAME).regex(/^[a-z0-9][a-z0-9-]{0,39}$/, NAME),
      as: z.enum(RECEIPT_FORM_NAMES, AS),
      from: z.enum(['start', 'now'], FROM).exactOptional(),
      file: file.exactOptional(),
      http: http.exactOptional(),
    },
    EXPORT,
  )
  .refine((one) => (one.file === undefined) !== (one.http === undefined), EXPORT);

/** Where receipts are sent in other forms. */
export const exportsSchema = z
  .array(row, 'exports must be a list.')
  .refine(
    (rows) => new Set(rows.map(({ name }) => name)).size === rows.length,
    'Each export needs a name of its own.',
  )
  .default([]);
