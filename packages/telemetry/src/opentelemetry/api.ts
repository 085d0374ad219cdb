import { WcpError } from '@wcp/spec';

/** The parts of the API of OpenTelemetry that are used; its types need no loading. */
export const { context, diag, isSpanContextValid, SpanStatusCode, trace } = await load();

/** @throws {WcpError} `ERR_WCP_NOT_INSTALLED` where it is not there, with the command that installs it */
async function load(): Promise<typeof import('@opentelemetry/api')> {
  try {
    return await import('@opentelemetry/api');
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message =
      'Telemetry with OpenTelemetry needs a package that is not installed. Run: npm install @opentelemetry/api';
    throw new WcpError('ERR_WCP_NOT_INSTALLED', message, { cause });
  }
}
