import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Hall } from '@wcp/hall';
// @boundaries-ignore Files of tests share a process, and clean up after themselves in one way.
import { afterFile } from '../../../../tooling/src/vitest/clean-up.ts';
// @boundaries-ignore What a Hall keeps is seen from inside alone.
import { partsOf } from '../../../hall/src/hall/create-hall.ts';
import type { PipelineReport } from '../../src/pipeline/report.ts';
import { deferred, scratch, wcp } from './support.ts';

/** A page about a lighthouse: only one of its paragraphs says who mends the lamp. */
export const PAGE = `<!doctype html><title>The Lighthouse of Skerry</title>
<article><h1>The Lighthouse of Skerry</h1>
<p>The tower was built of granite in 1841, after three ships were lost on the reef in a single winter.
It stands forty metres above the sea and its beam reaches the horizon on clear nights.</p>
<h2>Weather</h2>
<p>Fog comes in from the west in autumn. The horn is sounded every ninety seconds while it lasts, and the
fishermen of the island stay in the harbour until the wind has turned.</p>
<h2>Repairs</h2>
<p>When the lamp breaks, it is mended by the clockmaker Ingrid Halvorsen, who rows over from the mainland
with her tools and is paid in smoked herring.</p>
<h2>Visitors</h2>
<p>Guests are welcome on Sundays. They climb the spiral staircase in small groups and sign the book that
lies on the table beside the door.</p></article>`;

/** Serves a page on loopback; `null` never answers. `requested` resolves at the first request. */
export async function servePage(page: string | null, type = 'text/html; charset=utf-8') {
  const { promise: requested, resolve: request } = deferred();
  const server = createServer((_, response) => {
    request();
    if (page !== null) response.setHeader('content-type', type).end(page);
  });
  afterFile(() => closed(server));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}/`, host, requested };
}

function closed(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

/** The report of a run. */
export const reportIn = (out: string) => JSON.parse(out) as PipelineReport;

/** The folder of a Hall that is gone after the test, read-only copies of workers included. */
export function hallFolder(): string {
  const dir = join(scratch(), 'hall');
  afterFile(() => execFileSync('chmod', ['-R', 'u+w', dir]));
  return dir;
}

/** Which correlation ids stand in the events and receipts that a Hall keeps about some decisions. */
export async function correlationsIn(hall: Hall, decisions: readonly (string | null)[]) {
  const { feed, storage: vault } = partsOf(hall);
  const told: { decision_id?: unknown; correlation_id?: unknown }[] = [];
  for await (const { events } of feed.since(0, await feed.latest())) told.push(...events);
  const rows = await vault.store.list('receipts', { limit: 1000 });
  const receipts = rows.map(({ receipt }) => JSON.parse(receipt) as (typeof told)[number]);
  const about = (each: (typeof told)[number]) => decisions.includes(each.decision_id as string);
  const ids = (list: typeof told) => list.filter(about).map(({ correlation_id }) => correlation_id);
  return { events: ids(told), receipts: ids(receipts) };
}

/** Runs the pipeline on a document, and reads its report. */
export async function reportOf(document: string, ...more: readonly string[]) {
  const { code, out, err } = await wcp(['pipeline', 'run', document, ...more, '--json']);
  return { code, err, report: reportIn(out) };
}
