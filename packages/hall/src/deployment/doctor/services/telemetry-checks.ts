import { join } from 'node:path';
import { missingTelemetry } from '../../../telemetry/open-telemetry.ts';
import { type OtlpOptions, reportUrl, type TelemetryOptions } from '../../../telemetry/telemetry-options.ts';
import { LAYOUT } from '../../layout.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from '../check.ts';
import { editing, shellWord } from '../shell-command.ts';

const REACH_MS = 3_000;

/** What telemetry needs, and whether its collector takes a report; nothing where a Hall reports to nobody. */
export async function telemetryChecks(
  { dir }: CheckBase,
  options: TelemetryOptions | undefined,
): Promise<DeploymentCheck[]> {
  if (options === undefined) return [];
  const remedy = await missingTelemetry();
  if (remedy === null) return [await collectorCheck(dir, options.otlp)];
  const message = 'The packages of OpenTelemetry are not installed, so that the Hall does not start.';
  return [fail('telemetry', message, { remedy })];
}

/** Sends a report without a span. An address may hold a key, so that its origin alone is shown. */
async function collectorCheck(dir: string, otlp: OtlpOptions): Promise<DeploymentCheck> {
  const subject = new URL(otlp.url).origin;
  const path = otlp.traces === false ? 'v1/metrics' : 'v1/traces';
  const status = await fetch(reportUrl(otlp, path), {
    method: 'POST',
    headers: { ...otlp.headers, 'content-type': 'application/json' },
    body: path === 'v1/traces' ? '{"resourceSpans":[]}' : '{"resourceMetrics":[]}',
    redirect: 'manual',
    signal: AbortSignal.timeout(REACH_MS),
  }).then(
    async (answer) => {
      await answer.body?.cancel();
      return answer.status;
    },
    () => null,
  );
  const lost = 'traces and metrics are lost. Decisions do not depend on it.';
  if (status === null) {
    return warn('telemetry', `No collector answers: ${lost}`, {
      subject,
      remedy: `curl -sS ${shellWord(subject)}`,
    });
  }
  if (status >= 200 && status < 300) return ok('telemetry', 'The collector takes reports.', { subject });
  const remedy = editing(join(dir, LAYOUT.server));
  return warn('telemetry', `The collector answers with HTTP ${status}: ${lost}`, { subject, remedy });
}
