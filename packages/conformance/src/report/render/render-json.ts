import { jsonForPeople, REPORT_SEPARATOR } from '../json-for-people.ts';
import type { ConformanceReport } from '../schema/report.ts';

/**
 * The report as JSON with one case a line, at most 2 MB whatever the port answered: `left_out` says how many cases
 * have no detail. Its schema is `@wcp/conformance/schemas/report.json`.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { type ConformanceReport, renderJson } from '@wcp/conformance';
 *
 * declare const report: ConformanceReport;
 * await writeFile('conformance.json', renderJson(report));
 * ```
 */
export function renderJson(report: ConformanceReport): string {
  const members = Object.entries(report).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${textOf(value)}`,
  );
  return `{\n${members.join(',\n')}\n}\n`;
}

/** A list of objects has one a line. */
function textOf(value: unknown): string {
  const isList = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object');
  if (!isList) return jsonForPeople(value);
  return `[\n    ${value.map(jsonForPeople).join(REPORT_SEPARATOR)}\n  ]`;
}
