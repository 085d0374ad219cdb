import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { inputFor } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { hashOf, recordOf } from '../support/workers.ts';

/** What somebody gains who can write the file and has no key. */
const ATTACKS: readonly (readonly [title: string, table: string, sql: string])[] = [
  [
    'a denied hold made pending again',
    'approvals',
    `UPDATE approvals SET state = 'pending' WHERE state = 'denied'`,
  ],
  ['a hold made approved', 'approvals', `UPDATE approvals SET state = 'approved' WHERE state = 'pending'`],
  [
    'a hold for another request',
    'approvals',
    `UPDATE approvals SET payload = (SELECT payload FROM approvals AS other WHERE other.id <> approvals.id)`,
  ],
  ['spent blast lowered', 'chains', 'UPDATE chains SET blast_score = 0, dispatches = 0'],
  ['spent blast removed', 'chains', 'DELETE FROM chains'],
  ['a result replaced', 'results', `UPDATE results SET payload = zeroblob(length(payload))`],
  ['an answer replaced', 'idempotency', `UPDATE idempotency SET payload = zeroblob(length(payload))`],
  ['an answer forgotten, so that it runs again', 'idempotency', 'DELETE FROM idempotency'],
  ['a freeze removed', 'freezes', 'DELETE FROM freezes'],
  [
    'a freeze of somebody else',
    'freezes',
    `UPDATE freezes SET id = '["tenant","tenant-b",null]', document = replace(document, 'tenant-a', 'tenant-b')`,
  ],
  [
    'the flag of a worker cleared',
    'workers',
    `UPDATE workers SET document = json_set(document, '$.flag', json('null'))`,
  ],
];

/** A folder in which everything happened that an intruder could want undone. */
async function used(isFlagged = false): Promise<{ readonly hall: TestHall; readonly file: string }> {
  const file = join(tempFolder(), 'store.db');
  const hall = await TestHall.open({ file, mark: join(tempFolder(), 'mark.json') });
  await hall.hold('held');
  const denied = await hall.hold('held');
  await hall.resolve('steward', denied.approval_id, { resolution: 'deny' });
  await hall.hall.app.inject({
    method: 'POST',
    url: '/wcp/dispatch',
    headers: { ...hall.authorization('tenant'), 'idempotency-key': 'once' },
    payload: inputFor('tenant-a'),
  });
  await hall.hold('incident');
  if (isFlagged) {
    hall.delivery.hash = hashOf('c');
    await hall.hall.dispatch(inputFor('tenant-a'));
  }
  await hall.close();
  return { hall, file };
}

/** The first decision; enrolments stand before it. */
const FIRST = '(SELECT min(position) FROM decisions)';

/** How many rows an attack reaches: one that reaches none shows nothing. */
function attack(file: string, sql: string): number {
  const database = new DatabaseSync(file);
  try {
    return Number(database.prepare(sql).run().changes);
  } finally {
    database.close();
  }
}

test('A Hall does not start on a store that was changed without its key, and names what was changed.', async () => {
  const { hall, file } = await used(true);
  copyFileSync(file, `${file}.kept`);
  for (const [title, table, sql] of ATTACKS) {
    copyFileSync(`${file}.kept`, file);
    expect(attack(file, sql), title).toBeGreaterThan(0);
    await expect(hall.restart(), title).rejects.toMatchObject({
      code: 'ERR_WCP_STORE_TAMPERED',
      message: expect.stringMatching(new RegExp(`of ${table}\\b.*Restore it from a backup`)),
    });
  }
  copyFileSync(`${file}.kept`, file);
  await hall.restart();
  await hall.close();
});

test('A decision that was changed is not shown; health and the log say which, and the rest goes on.', async () => {
  const { hall, file } = await used();
  const changed = attack(
    file,
    `UPDATE decisions SET payload = zeroblob(length(payload)) WHERE position = ${FIRST}`,
  );
  expect(changed).toBe(1);
  await hall.restart();
  const [first] = await hall.hall.parts.storage.store.list('receipts', {
    where: { kind: 'decision' },
    limit: 1,
  });
  const url = `/wcp/decisions/${first?.decision_id}`;
  for (const person of ['tenant', 'auditor', 'tenant'] as const) {
    const { status, json } = await hall.get(person, url);
    expect([status, json.code]).toEqual([503, 'STORE_TAMPERED']);
    expect(json.detail).not.toContain('decisions');
  }
  const message = expect.stringContaining('of decisions was changed or removed');
  expect((await hall.get('auditor', '/wcp/health')).json).toMatchObject({
    status: 'degraded',
    troubles: [{ code: 'STORE_TAMPERED', message }],
  });
  const open = await hall.get('nobody', '/wcp/health');
  expect(open.json.troubles).toMatchObject([{ code: 'STORE_TAMPERED' }]);
  expect(open.text).not.toContain('of decisions');
  expect(hall.logged.filter((line) => line.includes(' of decisions'))).toHaveLength(1);
  const { decision } = await hall.hall.dispatch(inputFor('tenant-b'));
  expect(decision.outcome).toBe('DISPATCH');
  await hall.close();
});

test.each([
  ['decisions', `position = ${FIRST}`],
  ['observations', 'true'],
])(
  'A decision of which the row of %s was removed is not shown as if nothing had been there.',
  async (table, where) => {
    const { hall, file } = await used();
    expect(attack(file, `DELETE FROM ${table} WHERE ${where}`)).toBeGreaterThan(0);
    await hall.restart();
    const [first] = await hall.hall.parts.storage.store.list('receipts', {
      where: { kind: 'decision' },
      limit: 1,
    });
    const { status, json } = await hall.get('auditor', `/wcp/decisions/${first?.decision_id}`);
    expect([status, json.code]).toEqual([503, 'STORE_TAMPERED']);
    const { troubles } = (await hall.get('auditor', '/wcp/health')).json;
    expect(troubles).toMatchObject([{ code: 'STORE_TAMPERED', message: expect.stringContaining(table) }]);
    await hall.close();
  },
);

test('A decision of which the world was removed is not shown as if it could not be explained.', async () => {
  const { hall, file } = await used();
  await hall.restart();
  const { json: before } = await hall.get('auditor', '/wcp/decisions?limit=1');
  const { decision_id, world_digest } = before.items[0].decision;
  // The world of now is written again at the start, so the removed one must be of before.
  const enrolled = await hall.post('admin', '/wcp/workers', { record: recordOf('org.acme.later') });
  expect(enrolled.status).toBe(201);
  await hall.close();
  expect(attack(file, `DELETE FROM worlds WHERE digest = '${world_digest}'`)).toBe(1);
  await hall.restart();
  const { status, json } = await hall.get('auditor', `/wcp/decisions/${decision_id}`);
  expect([status, json.code]).toEqual([503, 'STORE_TAMPERED']);
  const { troubles } = (await hall.get('auditor', '/wcp/health')).json;
  expect(troubles).toMatchObject([{ code: 'STORE_TAMPERED', message: expect.stringContaining('of worlds') }]);
  expect((await hall.get('auditor', `/wcp/worlds/${world_digest}`)).json.detail).not.toContain('in force');
  await hall.close();
});

/** What the rows say of themselves that the index finds. */
const ROWS_OF_THE_PENDING = `SELECT (SELECT row.state FROM approvals AS row NOT INDEXED WHERE row.id = found.id) AS state
  FROM approvals AS found WHERE state = 'pending'`;

/** An intruder's own SQLite guards nothing. */
const UNGUARDED = { readOnly: false, defensive: false };

/** Makes the index of the states say of a row what the row, which has its good code, does not say. */
function misindex(file: string, from: string, to: string): void {
  const schema = "FROM sqlite_schema WHERE name = 'approvals_state'";
  const edit = (...statements: string[]) => {
    const database = new DatabaseSync(file, UNGUARDED);
    database.exec('PRAGMA writable_schema=ON');
    for (const sql of statements) database.exec(sql);
    database.close();
  };
  edit(
    'CREATE TABLE was AS SELECT id, state FROM approvals',
    `UPDATE approvals SET state = '${to}' WHERE state = '${from}'`,
    `CREATE TABLE kept AS SELECT type, name, tbl_name, rootpage, sql ${schema}`,
    `DELETE ${schema}`,
  );
  edit('UPDATE approvals SET state = (SELECT state FROM was WHERE was.id = approvals.id)');
  edit('INSERT INTO sqlite_schema SELECT * FROM kept', 'DROP TABLE kept', 'DROP TABLE was');
}

test('A Hall does not start on an index that finds a denied hold among the pending ones.', async () => {
  const { hall, file } = await used();
  misindex(file, 'denied', 'pending');
  const database = new DatabaseSync(file);
  const found = database.prepare(ROWS_OF_THE_PENDING).all();
  database.close();
  // Without this the attack did not work, and the test would show nothing.
  expect(found.map(({ state }) => state)).toContain('denied');
  await expect(hall.restart()).rejects.toMatchObject({ message: expect.stringContaining('damaged') });
});
