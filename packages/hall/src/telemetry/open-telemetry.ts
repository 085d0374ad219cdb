import { installCommand } from '@wcp/policy';
import { WcpError } from '@wcp/spec';
import type { Logger } from '../base/logger.ts';
import { NO_TRACING } from '../base/tracing.ts';
import type { HallTelemetry } from './hall-telemetry.ts';
import type { TelemetryOptions } from './telemetry-options.ts';

const NO_TELEMETRY: HallTelemetry = { tracing: NO_TRACING, report() {}, close: async () => {} };

/** Milliseconds that the end of a Hall waits for a collector. */
const LAST_MS = 1_000;

/** The versions that a Hall was tried with. */
const PACKAGES = [
  '@opentelemetry/api@1.10.0',
  '@opentelemetry/sdk-trace@3.1.0',
  '@opentelemetry/sdk-metrics@3.1.0',
  '@opentelemetry/resources@3.1.0',
  '@opentelemetry/exporter-trace-otlp-http@0.301.0',
  '@opentelemetry/exporter-metrics-otlp-http@0.301.0',
];
const INSTALL = installCommand(PACKAGES.join(' '), import.meta.dirname);

/**
 * Opens the telemetry of a Hall. The packages of OpenTelemetry are loaded only where it is wanted.
 *
 * @param instance tells this Hall apart from others of the same name
 * @throws {WcpError} `ERR_WCP_HALL` where they are not installed, with the command that installs them
 */
export async function openTelemetry(
  options: TelemetryOptions | undefined,
  instance: string,
  log: Logger,
): Promise<HallTelemetry> {
  if (options === undefined) return NO_TELEMETRY;
  const { openOtlp } = await loadOtlp();
  const telemetry = openOtlp(options.otlp, instance, log);
  return { ...telemetry, close: () => atMost(LAST_MS, telemetry.close()) };
}

/** The command that installs what telemetry needs; null where it is there. */
export async function missingTelemetry(): Promise<string | null> {
  return import('./otlp.ts').then(
    () => null,
    () => INSTALL,
  );
}

async function loadOtlp(): Promise<typeof import('./otlp.ts')> {
  try {
    return await import('./otlp.ts');
  } catch (cause) {
    const message = `"telemetry" needs packages that are not there. Install them: ${INSTALL}`;
    throw new WcpError('ERR_WCP_HALL', message, { cause });
  }
}

/** Resolves when it ends, or is late. */
async function atMost(ms: number, ending: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([ending, late]);
  clearTimeout(timer);
}
