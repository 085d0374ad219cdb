import type { Level } from '../../fixtures/schema/common.ts';
import type { ConformanceReport } from '../schema/report.ts';
import { escapeMarkup } from './escape-markup.ts';
import { LEVEL_NAMES } from './render-markdown.ts';

/** A badge as the endpoint of shields.io reads it. */
export interface Badge {
  readonly schemaVersion: 1;
  readonly label: string;
  readonly message: string;
  readonly color: string;
}

const COLORS: Readonly<Record<Level | 'none', string>> = {
  basic: '#a4a61d',
  standard: '#97ca00',
  full: '#44cc11',
  none: '#9f9f9f',
};
const CHARACTER_PX = 7;
const PADDING_PX = 10;

type Rated = Pick<ConformanceReport, 'revision' | 'level'>;

/**
 * The conformance level that was reached, as a badge for shields.io.
 *
 * @example
 * ```ts
 * import { type ConformanceReport, renderBadge } from '@wcp/conformance';
 *
 * declare const report: ConformanceReport;
 * console.log(JSON.stringify(renderBadge(report)));
 * ```
 */
export function renderBadge({ revision, level }: Rated): Badge {
  const message = level === null ? 'no level' : LEVEL_NAMES[level];
  return { schemaVersion: 1, label: `conformance ${revision}`, message, color: COLORS[level ?? 'none'] };
}

/**
 * The conformance level that was reached, as an SVG picture that needs no server.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { type ConformanceReport, renderBadgeSvg } from '@wcp/conformance';
 *
 * declare const report: ConformanceReport;
 * await writeFile('conformance.svg', renderBadgeSvg(report));
 * ```
 */
export function renderBadgeSvg(report: Rated): string {
  const badge = renderBadge(report);
  const [label, message] = [badge.label, badge.message].map(escapeMarkup);
  const [left, right] = [badge.label, badge.message].map(
    (text) => text.length * CHARACTER_PX + PADDING_PX,
  ) as [number, number];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="20" role="img" aria-label="${label}: ${message}">`,
    `<title>${label}: ${message}</title>`,
    `<rect width="${left}" height="20" fill="#555"/>`,
    `<rect x="${left}" width="${right}" height="20" fill="${badge.color}"/>`,
    '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,sans-serif" font-size="11">',
    `<text x="${left / 2}" y="14">${label}</text>`,
    `<text x="${left + right / 2}" y="14">${message}</text>`,
    '</g></svg>',
    '',
  ].join('\n');
}
