import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import picocolors from 'picocolors';
import { expect, it, vi } from 'vitest';
import type { Terminal } from '../../src/index.ts';
import { BundleSource } from '../../src/replay/bundle-source.ts';
import { REQUEST, scratch } from '../support/support.ts';
import { openTestHall } from '../support/test-hall.ts';

/** The files below a folder that this process has open. */
function openBelow(dir: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file.startsWith(dir) ? [file] : [];
    } catch {
      return [];
    }
  });
}

it.skipIf(process.platform !== 'linux')(
  'Whoever reads some of the decisions in a folder leaves no file of it open.',
  async () => {
    const { hall, as } = await openTestHall();
    for (const correlation_id of ['c-1', 'c-2']) await hall.dispatch({ ...REQUEST, correlation_id });
    const dir = join(scratch(), 'bundle');
    await as('auditor', ['receipts', 'export', dir, '--decisions', '--stream', 'tenant-a']);
    const colours = picocolors.createColors(false);
    const source = new BundleSource({ colours, errorColours: colours } as unknown as Terminal, dir);
    let during: string[] = [];
    for await (const { receipt } of source.records({ since: null, withReceipts: true })) {
      expect(receipt?.kind).toBe('decision');
      during = openBelow(dir);
      break;
    }
    expect(during.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(openBelow(dir)).toEqual([]));
  },
);
