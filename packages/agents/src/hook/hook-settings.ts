import { z } from 'zod';

const text = z.string().min(1).max(8_192);
const dimension = z.int().min(0).max(5);

const settings = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** The key of the tenant, and that of the worker-owner; else in WCP_HALL_KEY and WCP_WORKER_KEY. */
  key: text.exactOptional(),
  worker_key: text.exactOptional(),
  /** The raw public key of the Hall; absent, the one that it names. */
  public_key: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
  authority: text,
  agent: text.exactOptional(),
  tenant_id: text,
  env: z.enum(['dev', 'stage', 'prod', 'edge']).default('dev'),
  data_label: z.enum(['PUBLIC', 'INTERNAL', 'RESTRICTED']).default('INTERNAL'),
  tenant_risk: z.enum(['low', 'medium', 'high']).default('medium'),
  qos_class: z.enum(['P0', 'P1', 'P2', 'P3']).default('P1'),
  /** Milliseconds in which the Hall must have decided. */
  timeout_ms: z.int().min(100).max(45_000).default(15_000),
  /** Milliseconds that a held call waits for a steward. */
  hold_wait_ms: z.int().min(0).max(60_000).default(30_000),
  /** Milliseconds after which a tool that never tells its end is taken for lost. */
  lease_ms: z.int().min(1_000).max(3_600_000).default(600_000),
  /** Whether the Hall keeps what a tool returned, up to 64 KiB, or its size and hash. */
  results: z.enum(['digest', 'full']).default('digest'),
  tools: z
    .record(
      text,
      z.strictObject({
        blast_radius: z.strictObject({
          data: dimension.exactOptional(),
          network: dimension.exactOptional(),
          financial: dimension.exactOptional(),
          time: dimension.exactOptional(),
          reversibility: dimension.exactOptional(),
        }),
      }),
    )
    .default({}),
});

/** What the settings of hooks say, with their defaults. */
export type HookSettings = z.infer<typeof settings> & { readonly key: string; readonly worker_key: string };

/** The settings, or what is wrong with them in one sentence. */
export type HookSettingsReading =
  | { readonly ok: true; readonly settings: HookSettings }
  | { readonly ok: false; readonly message: string };

/**
 * Reads the settings of `wcp hook`.
 *
 * @param env where the keys are looked for that the settings do not have
 * @example
 * import { readHookSettings } from '@wcp/agents/hook';
 *
 * const json = { url: 'http://127.0.0.1:7420', authority: 'x.acme', tenant_id: 'acme' };
 * const reading = readHookSettings(json, process.env);
 * console.log(reading.ok ? reading.settings.timeout_ms : reading.message);
 */
export function readHookSettings(
  json: unknown,
  env: Readonly<Record<string, string | undefined>>,
): HookSettingsReading {
  const parsed = settings.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, message: `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'not valid'}` };
  }
  const { key = env['WCP_HALL_KEY'], worker_key = env['WCP_WORKER_KEY'] } = parsed.data;
  if (!key) return { ok: false, message: 'There is no key: add "key", or set WCP_HALL_KEY.' };
  if (!worker_key)
    return { ok: false, message: 'There is no worker key: add "worker_key", or set WCP_WORKER_KEY.' };
  return { ok: true, settings: { ...parsed.data, key, worker_key } };
}
