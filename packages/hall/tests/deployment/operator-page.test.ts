import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SANDBOX_LIMITS } from '@wcp/sandbox';
import { parseRecord, type RegistryRecord, recordHash } from '@wcp/spec';
import { PROBLEMS, ROLES } from '@wcp/spec/hall';
import { describe, expect, test } from 'vitest';
import { readServerSettings } from '../../src/deployment/settings/server-settings.ts';
import { storeSchema } from '../../src/deployment/settings/store-settings.ts';
import { workerSchema } from '../../src/deployment/settings/worker-settings.ts';

const DOCS = join(import.meta.dirname, '../../../../docs');
const PAGE = readFileSync(join(DOCS, 'hall.md'), 'utf8');
const WORKERS_PAGE = readFileSync(join(DOCS, 'workers.md'), 'utf8');

/** The rows of the tables of a section: the text of each cell. */
function rowsOf(heading: string): string[][] {
  const [, after = ''] = PAGE.split(`\n${heading}\n`);
  const [section = ''] = after.split(/^#{2,3} /m);
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.map((row) => row.slice(2, -2).split(' | '));
}

const namesIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => String(name));
const numberIn = (text = '') => Number(text.replaceAll(',', ''));

/** The JSON documents of a page. */
const jsonIn = (page: string): object[] =>
  [...page.matchAll(/```json\n(.*?)```/gs)].flatMap(([, json = '']) =>
    json.includes('…') ? [] : [JSON.parse(json) as object],
  );

/** The numbers that a table allows, each with what makes settings of one. */
function rangesOf(heading: string, settingsOf: (name: string, value: number) => object) {
  return rowsOf(heading).flatMap(([cell, , values]) => {
    const [, least, most] = /^([\d,]+) to ([\d,]+)$/.exec(values ?? '') ?? [];
    if (most === undefined) return [];
    const [name = ''] = namesIn(cell);
    const settings = (value: number) => settingsOf(name, value);
    return [{ name, least: numberIn(least), most: numberIn(most), settings }];
  });
}

function nested(name: string, value: number): object {
  return name.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}

const ranges = [
  ...rangesOf('## server.json', nested),
  ...rangesOf('### A store in PostgreSQL', (name, value) => ({
    store: { postgres: { url_env: 'DATABASE', [name]: value } },
  })),
  ...rangesOf('### A worker in server.json', (name, value) => ({
    workers: [{ dir: 'worker', program: 'main.mjs', [name]: value }],
  })),
];

describe('the page for operators', () => {
  test('The page has the range of every setting that is a number.', () => {
    expect(ranges.length).toBeGreaterThanOrEqual(16);
  });

  test.each(ranges)('The page states the range of $name as it is.', ({ least, most, settings }) => {
    expect(() => readServerSettings(settings(least))).not.toThrow();
    expect(() => readServerSettings(settings(most))).not.toThrow();
    expect(() => readServerSettings(settings(least - 1))).toThrow();
    expect(() => readServerSettings(settings(most + 1))).toThrow();
  });

  test('The page describes every member that has a default, and states plain defaults as they are.', () => {
    const rows = rowsOf('## server.json');
    for (const [name, value] of Object.entries(readServerSettings({}))) {
      const row = rows.find(([cell]) => namesIn(cell).some((text) => text.split('.')[0] === name));
      expect(row, name).toBeDefined();
      if (typeof value === 'number') expect(numberIn(row?.[1]), name).toBe(value);
      if (typeof value === 'string') expect(namesIn(row?.[1]), name).toEqual([value]);
    }
  });

  test('The page describes every member of a database, and no other.', () => {
    const listed = rowsOf('### A store in PostgreSQL').flatMap(([cell]) => namesIn(cell));
    expect(listed.sort()).toEqual(Object.keys(storeSchema.shape.postgres.shape).sort());
  });

  test('The page describes every member of a worker, and no other.', () => {
    const listed = rowsOf('### A worker in server.json').flatMap(([cell]) => namesIn(cell));
    expect(listed.sort()).toEqual(Object.keys(workerSchema.shape).sort());
  });

  test('The page states the limits of a contained worker as they are.', () => {
    const { processes, cpu_seconds, open_files, file_bytes, disk_bytes } = SANDBOX_LIMITS;
    const [file_mb, disk_mb] = [file_bytes / 2 ** 20, disk_bytes / 2 ** 20];
    const rows = rowsOf('### A worker in server.json');
    for (const [name, value] of Object.entries({
      threads: processes,
      cpu_seconds,
      open_files,
      file_mb,
      disk_mb,
    })) {
      const row = rows.find(([cell]) => namesIn(cell).includes(name));
      expect(numberIn(row?.[1]), name).toBe(value);
    }
  });

  test('What the pages show of server.json can be read.', () => {
    const members = ['authzen', 'telemetry', 'log'];
    const shown = [
      ...[...jsonIn(PAGE), ...jsonIn(WORKERS_PAGE)].filter((json) => 'workers' in json),
      ...jsonIn(PAGE).filter((json) => members.some((member) => member in json)),
    ];
    expect(shown.length).toBeGreaterThanOrEqual(6);
    for (const settings of shown) expect(() => readServerSettings(settings)).not.toThrow();
  });

  test('The envelope that the page for workers shows is one.', () => {
    const shown = jsonIn(WORKERS_PAGE).filter((json) => 'network_egress' in json);
    expect(shown).toHaveLength(1);
    const record = { worker_id: 'org.acme.worker.one', worker_species_id: 'wrk.doc.hasher' };
    const capabilities = ['cap.doc.hash'];
    const blast_radius = { data: 0, network: 0, financial: 0, time: 0, reversibility: 'reversible' };
    for (const privilege_envelope of shown) {
      const members = { ...record, capabilities, risk_tier: 'low', blast_radius, privilege_envelope };
      const whole = { ...members, allowed_environments: ['dev'] } as never as RegistryRecord;
      expect(parseRecord({ ...whole, artifact_hash: recordHash(whole) })).toMatchObject({ ok: true });
    }
  });

  test('The page lists every problem code under its status, and no other.', () => {
    const listed = rowsOf('## Problems').flatMap(([status, codes]) =>
      namesIn(codes).map((code) => `${status} ${code}`),
    );
    const known = Object.entries(PROBLEMS).map(([code, { status }]) => `${status} ${code}`);
    expect(listed.sort()).toEqual(known.sort());
  });

  test('The page says of every role what it may do, and of no other.', () => {
    const listed = rowsOf('## Keys and roles').flatMap(([role]) => namesIn(role));
    expect(listed.sort()).toEqual([...ROLES].sort());
  });
});
