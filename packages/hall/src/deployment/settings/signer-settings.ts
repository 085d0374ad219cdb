import { z } from 'zod';
import { count, environment, text } from './fields.ts';

const SIGNER = 'A signer is {"command": […], "env": …, "timeout_ms": …}.';
const COMMAND = 'command must be a list of texts: the program that signs the log, and its arguments.';
const TIMEOUT = 'timeout_ms, the time that a signature may take, must be from 100 to 60000 milliseconds.';

/** A program that signs the log. */
export const signerSchema = z.strictObject(
  {
    command: z.array(text(COMMAND), COMMAND).min(1, COMMAND),
    env: environment.default({}),
    timeout_ms: count(TIMEOUT, 60_000, 100).exactOptional(),
  },
  SIGNER,
);

/** A program that signs the log, as `server.json` says it. */
export type SignerSettings = z.infer<typeof signerSchema>;
