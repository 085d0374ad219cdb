import { z } from 'zod';

/** How the server log is written. */
export const logSchema = z.strictObject(
  {
    format: z.enum(['text', 'json'], 'format must be text or json.').exactOptional(),
    level: z
      .enum(['info', 'warn', 'error'], 'level, the least that is written, must be info, warn or error.')
      .exactOptional(),
    requests: z.boolean('requests, whether each request is logged, must be true or false.').exactOptional(),
  },
  'log is {"format": …, "level": …, "requests": …}.',
);

/** How the server log is written, as `server.json` says it. */
export type LogSettings = z.infer<typeof logSchema>;
