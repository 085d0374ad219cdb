import { z } from 'zod';
import { count, text } from './fields.ts';

const STORE =
  'store is {"postgres": {"url_env": "WCP_DATABASE_URL"}}; without it, the store is a file of the folder.';
const POSTGRES = 'postgres is {"url_env": …, "schema": …, "ca_file": …, "pool_size": …}.';
const URL_ENV =
  'url_env must be the name of an environment variable that holds the address, postgres://user:password@host/database.';
const SCHEMA = 'schema must be a name of up to 63 letters, digits and _, which does not begin with pg_.';
const CA =
  'ca_file must be the file of the certificates that may vouch for the server, relative to this file.';
const POOL = 'pool_size, the connections that read, must be from 1 to 100.';
const STATEMENT = 'statement_timeout_ms must be from 100 to 600000 milliseconds.';
const SHARED = 'shared is true where other Halls write to the same schema, and false where none does.';
const LEASE = 'lease_ms must be from 3000 to 600000 milliseconds.';
const CONNECT = 'connect_timeout_ms must be from 100 to 600000 milliseconds.';

/** Where the store is, where it is no file of the folder. */
export const storeSchema = z.strictObject(
  {
    postgres: z.strictObject(
      {
        url_env: z.string(URL_ENV).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, URL_ENV),
        schema: z
          .string(SCHEMA)
          .regex(/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/, SCHEMA)
          .exactOptional(),
        ca_file: text(CA).exactOptional(),
        pool_size: count(POOL, 100).exactOptional(),
        statement_timeout_ms: count(STATEMENT, 600_000, 100).exactOptional(),
        connect_timeout_ms: count(CONNECT, 600_000, 100).exactOptional(),
        shared: z.boolean(SHARED).exactOptional(),
        lease_ms: count(LEASE, 600_000, 3_000).exactOptional(),
      },
      POSTGRES,
    ),
  },
  STORE,
);

/** Where the store is, as `server.json` says it. */
export type StoreSettings = z.infer<typeof storeSchema>;
