import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Why the tests in a browser are left out; null where they run. With `WCP_BROWSER=1` they must. */
export const NO_BROWSER =
  process.env['WCP_BROWSER'] === '1' || existsSync(CHROMIUM)
    ? null
    : `there is no ${CHROMIUM}: run workers/human-approver/scripts/install-chromium.sh`;

/** A page in a browser with a new profile, closed with the test. */
export async function openPage(): Promise<Page> {
  const profile = mkdtempSync(join(tmpdir(), 'client-browser-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS });
  context.setDefaultTimeout(15_000);
  onTestFinished(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  });
  return context.newPage();
}
