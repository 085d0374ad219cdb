import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Why the browser tests are skipped; null when they run. With `WCP_BROWSER=1` they must run. */
export const NO_BROWSER =
  process.env['WCP_BROWSER'] === '1' || existsSync(CHROMIUM)
    ? null
    : `there is no ${CHROMIUM}: run scripts/install-chromium.sh`;

/** The appearance of a browser. */
export interface Appearance {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** A browser with a new profile, closed with the test. */
export async function openBrowser({
  width = 1100,
  colorScheme = 'light',
}: Appearance = {}): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'approver-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    viewport: { width, height: 900 },
    colorScheme,
  });
  context.setDefaultTimeout(15_000);
  onTestFinished(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  });
  return context;
}

/** Saves a screenshot of a page when `WCP_SCREENSHOTS` names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['WCP_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
