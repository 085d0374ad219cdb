import { z } from 'zod';
import { environment, text } from './fields.ts';

const SECRET = 'A secret is {"file": …} or {"command": […]}, with env for the variables of the command.';
const FILE = 'file must be the file that holds the secret, relative to this file.';
const COMMAND = 'command must be a list of texts: a program, which writes the secret, and its arguments.';
const NAME =
  'The name of a secret has letters, digits and _, and must not begin with LD_, NODE_, PYTHON or WCP_PERMIT.';
/** What would change how a worker is loaded, rather than what it knows. */
const NAMES = /^(?!LD_|NODE_|PYTHON|WCP_PERMIT|WCP_HALL_PUBLIC_KEY)[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** The secrets of `server.json`: where the value of each comes from. */
export const secretsSchema = z.record(
  z.string().regex(NAMES, NAME),
  z.union(
    [
      z.strictObject({ file: text(FILE) }),
      z.strictObject({
        command: z.array(text(COMMAND), COMMAND).min(1, COMMAND),
        env: environment.default({}),
      }),
    ],
    SECRET,
  ),
  'secrets is an object such as {"API_TOKEN": {"file": "secrets/api-token"}}.',
);

/** Where the secrets come from, by name. */
export type SecretSettings = z.infer<typeof secretsSchema>;
