import { fileURLToPath } from 'node:url';
import { type BuildResult, build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { NO_BROWSER, openPage } from './support/browser.ts';
import { servePage } from './support/page-server.ts';
import { HELD, inputFor, RealHall } from './support/real-hall.ts';

const MAX_BUNDLE_BYTES = 18_500;

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The client as a page loads it. `node:` modules do not exist there, so that one of them ends the build. */
function bundle(): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    entryPoints: [source('../src/index.ts')],
    alias: { '@wcp/spec/endpoints': source('../../spec/src/endpoints/index.ts') },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
}

describe('the bundle for browsers', () => {
  test('The bundle is small, and holds nothing but the client and the table of endpoints.', async () => {
    const { outputFiles, metafile } = await bundle();
    const inputs = Object.keys(metafile.inputs).map((path) => path.replace(/^.*packages\//, ''));
    for (const path of inputs)
      expect(path).toMatch(/^(client\/src\/|spec\/src\/(endpoints\/|json\/text-limits\.ts$|\S*error\.ts$))/);
    const bytes = outputFiles[0]?.contents.length ?? 0;
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThan(MAX_BUNDLE_BYTES);
  });
});

describe('a page in a browser', () => {
  test('A page dispatches, follows the events, approves and learns of problems.', async ({ skip }) => {
    if (NO_BROWSER !== null) skip(NO_BROWSER);
    const hall = await RealHall.open();
    const { outputFiles } = await bundle();
    const url = await servePage(outputFiles[0]?.text ?? '', hall.url);
    const page = await openPage();
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(url);
    const given = {
      tenant: hall.key('tenant'),
      steward: hall.key('steward'),
      plain: inputFor(),
      held: inputFor({ capability_id: HELD }),
    };
    const seen = await page.evaluate(`(async () => {
      const { createHallClient, HallProblemError } = await import('/client.js');
      const given = ${JSON.stringify(given)};
      const tenant = createHallClient({ url: location.origin, key: given.tenant });
      const steward = createHallClient({ url: location.origin, key: given.steward });
      const plain = await tenant.dispatch(given.plain, { idempotencyKey: 'from-a-page' });
      const held = await tenant.dispatch(given.held);
      const approval_id = held.decision.pending_approval_id;
      const { approval } = await steward.resolveApproval({ approval_id, resolution: 'approve' });
      const events = [];
      for await (const { event } of tenant.events({ since: '0' })) {
        events.push(event.event_id);
        if (event.event_id === 'evt.worker.executed') break;
      }
      const error = await tenant.listKeys().catch((reason) => reason);
      return {
        outcomes: [plain.decision.outcome, held.decision.outcome, approval.state],
        events: events.length,
        problem: [error instanceof HallProblemError, error.code],
      };
    })()`);
    expect(seen).toEqual({
      outcomes: ['DISPATCH', 'STEWARD_HOLD', 'approved'],
      events: 5,
      problem: [true, 'FORBIDDEN'],
    });
    expect([hall.greeted.length, complaints]).toEqual([2, []]);
  });
});
