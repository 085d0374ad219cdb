import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { unsealKeys } from '../../../src/deployment/backup/sealed-keys.ts';
import { partsOf } from '../../../src/hall/create-hall.ts';
import { backUpFolder, restoreHall } from '../../../src/index.ts';
import {
  AT,
  asking,
  backedUp,
  checkpointOf,
  codesOf,
  filesWith,
  open,
  PASSPHRASE,
  recorded,
} from './backed-up-hall.ts';

describe('a backup', { timeout: 120_000 }, () => {
  test('holds the store, the documents and the keys, encrypted, and says what it leaves out.', async () => {
    const { backup, manifest } = await backedUp();
    expect(readdirSync(backup).sort()).toEqual([
      'backup.json',
      'hall.json',
      'keys.sealed.json',
      'log-keys.json',
      'rules.json',
      'server.json',
      'store.db',
    ]);
    expect(manifest).toMatchObject({ schema_version: 'wcp-backup.v1', has_keys: true, made_at: AT });
    expect(manifest.left_out).toEqual([]);
    expect(filesWith(backup, 'ZEBRA')).toEqual([]);
    expect(filesWith(backup, 'PRIVATE KEY')).toEqual([]);
    for (const name of readdirSync(backup)) expect(statSync(join(backup, name)).mode & 0o777).toBe(0o600);
  });

  test('without a passphrase has no keys, and says so.', async () => {
    const { dir, root } = await backedUp();
    const target = join(root, 'without');
    const { has_keys, left_out } = await backUpFolder(dir, target, { at: AT });
    expect({ has_keys, left_out }).toMatchObject({ has_keys: false });
    expect(left_out).toContain('keys');
    expect(readdirSync(target)).not.toContain('keys.sealed.json');
    expect(statSync(target).mode & 0o777).toBe(0o700);
    expect(await codesOf(restoreHall(target, join(root, 'restored'), { at: AT }))).toEqual(['KEYS_MISSING']);
    const latest = [readFileSync(join(dir, 'keys/high-water-mark.json'), 'utf8')];
    const restored = await restoreHall(target, join(root, 'restored'), {
      at: AT,
      latest,
      keys: join(dir, 'keys'),
    });
    expect(restored.payloads).toBe('all');
  });

  test('that is made after a forgetting holds nothing of it, in the store or among its keys.', async () => {
    const { dir, root, backup: earlier } = await backedUp();
    const held = Object.keys(await unsealKeys(earlier, PASSPHRASE)).filter((path) =>
      path.startsWith('keys/data/'),
    );
    expect(held).toHaveLength(1);
    const { hall, close } = await open(dir, { keys: 'none' });
    await hall.forget({ tenant_id: 'agent.example' });
    await close();
    const backup = join(root, 'after');
    await backUpFolder(dir, backup, { passphrase: PASSPHRASE, at: AT });
    const keys = Object.keys(await unsealKeys(backup, PASSPHRASE));
    expect(keys).toContain('keys/hall-key.pem');
    expect(keys.filter((path) => held.includes(path))).toEqual([]);
    const database = new DatabaseSync(join(backup, 'store.db'), { readOnly: true });
    const rows = database.prepare('SELECT payload FROM decisions').all();
    database.close();
    expect(rows.map(({ payload }) => payload)).toEqual([null, null]);
    expect(filesWith(backup, 'ZEBRA')).toEqual([]);
  });

  test('never replaces another, and leaves nothing behind where it is not made.', async () => {
    const { dir, root, backup } = await backedUp();
    expect(await codesOf(backUpFolder(dir, backup, { at: AT }))).toEqual(['BACKUP_EXISTS']);
    expect(await codesOf(backUpFolder(dir, join(root, 'b'), { at: AT, passphrase: 'short' }))).toEqual([
      'PASSPHRASE_WRONG',
    ]);
    expect(await codesOf(backUpFolder(root, join(root, 'b'), { at: AT }))).toEqual(['STORE_MISSING']);
    const running = await open(dir);
    expect(await codesOf(backUpFolder(dir, join(root, 'b'), { at: AT }))).toEqual(['STORE_UNUSABLE']);
    await running.close();
    expect(readdirSync(root).sort()).toEqual(['backup', 'hall']);
  });
});

describe('a restored Hall', { timeout: 120_000 }, () => {
  test('goes on under its name where the newest checkpoint is of the end of the backup.', async () => {
    const { root, dir, target } = await backedUp();
    const note = await checkpointOf(dir);
    const backup = join(root, 'second');
    await backUpFolder(dir, backup, { passphrase: PASSPHRASE, at: AT });
    const restored = await restoreHall(backup, target, { passphrase: PASSPHRASE, latest: [note], at: AT });
    expect(restored).toMatchObject({ former_origin: null, payloads: 'all' });
    expect(readdirSync(root).sort()).toEqual(['backup', 'hall', 'restored', 'second']);
    const { hall, said, close } = await open(target, { keys: 'none' });
    expect(hall.log.origin).toBe(restored.origin);
    const { store } = partsOf(hall).storage;
    const row = await store.get('receipts', restored.position);
    expect(JSON.parse(row?.receipt ?? '')).toMatchObject({
      kind: 'restore',
      stream: '(log)',
      restore: { former_origin: null, size: restored.size, root: restored.root },
    });
    const [decision] = await store.list('decisions');
    expect(decision?.input).toContain('ZEBRA-1');
    expect(said.filter((line) => line.startsWith('error'))).toEqual([]);
    expect((await hall.route(asking('after'))).decision_id).toBeTruthy();
    await close();
  });

  test('does not go on under its name without proof, with an older one, or where the log went on.', async () => {
    const { dir, backup, target } = await backedUp();
    const restore = (latest?: string[]) =>
      codesOf(restoreHall(backup, target, { passphrase: PASSPHRASE, at: AT, latest }));
    expect(await restore()).toEqual(['CONTINUATION_UNPROVEN']);
    expect(await restore(['not a checkpoint'])).toEqual(['CHECKPOINT_INVALID']);
    await recorded(dir, ['later']);
    const mark = readFileSync(join(dir, 'keys/high-water-mark.json'), 'utf8');
    expect(await restore([mark])).toEqual(['BACKUP_OUTDATED']);
    expect(await restore([await checkpointOf(dir)])).toEqual(['BACKUP_OUTDATED']);
    expect(await restore([mark.replace(/"size": \d+/, '"size": 1')])).toEqual(['CHECKPOINT_INVALID']);
    expect(existsSync(target)).toBe(false);
    expect(existsSync(`${target}.restoring`)).toBe(false);
  });

  test('goes on under another name, of which the first receipt names the old, and no payload comes back.', async () => {
    const { dir, backup, target } = await backedUp();
    await recorded(dir, ['later']);
    const new_origin = 'hall.example/again';
    const restored = await restoreHall(backup, target, { passphrase: PASSPHRASE, at: AT, new_origin });
    expect(restored).toMatchObject({ origin: new_origin, payloads: 'none' });
    expect(restored.former_origin).toBe('hall.example/log');
    const { hall, close } = await open(target, { keys: 'none' });
    expect(hall.log.origin).toBe(new_origin);
    const { store } = partsOf(hall).storage;
    expect((await store.list('decisions')).map(({ input }) => input)).toEqual([null, null]);
    const receipts = await store.list('receipts', { where: { stream: '(log)' } });
    expect(receipts.map(({ kind }) => kind)).toEqual(['restore', 'erasure']);
    expect((await hall.log.checkpoint()).split('\n')[0]).toBe(new_origin);
    await hall.route(asking('after'));
    await close();
    expect(readdirSync(join(target, 'keys/data'))).toHaveLength(1);
  });

  test('has every payload that the list of receipts since does not forget.', async () => {
    const { dir, backup, target, root } = await backedUp();
    const { hall, close } = await open(dir, { keys: 'none' });
    await hall.route(asking('other', 'agent.other'));
    const { receipt } = await hall.forget({ tenant_id: 'agent.example' });
    await close();
    const given = { passphrase: PASSPHRASE, at: AT, new_origin: 'hall.example/again' };
    const erasures = [JSON.stringify(receipt)];
    expect(await codesOf(restoreHall(backup, target, { ...given, erasures: ['{}'] }))).toEqual([
      'ERASURES_MALFORMED',
    ]);
    const restored = await restoreHall(backup, target, { ...given, erasures });
    expect(restored).toMatchObject({ payloads: 'but_forgotten', forgotten_again: 1 });
    const whole = join(root, 'whole');
    await restoreHall(backup, whole, { ...given, erasures: [] });
    for (const [folder, held] of [
      [target, false],
      [whole, true],
    ] as const) {
      const opened = await open(folder, { keys: 'none' });
      const rows = await partsOf(opened.hall).storage.store.list('decisions');
      expect(rows.map(({ input }) => input !== null)).toEqual([held, held]);
      await opened.close();
    }
  });

  test('A name that the log has or had is refused, and so is a folder in which there is something.', async () => {
    const { dir, backup, target, root, manifest } = await backedUp();
    const given = { passphrase: PASSPHRASE, at: AT };
    const again = (new_origin: string) => codesOf(restoreHall(backup, target, { ...given, new_origin }));
    expect(await again(manifest.origin)).toEqual(['ORIGIN_USED']);
    expect(await again('no name')).toEqual(['INVALID_VALUE']);
    expect(await codesOf(restoreHall(backup, dir, { ...given, new_origin: 'a' }))).toEqual([
      'FOLDER_OCCUPIED',
    ]);
    expect(await codesOf(restoreHall(backup, target, { at: AT, new_origin: 'a' }))).toEqual([
      'PASSPHRASE_MISSING',
    ]);
    expect(
      await codesOf(
        restoreHall(backup, target, { at: AT, new_origin: 'a', passphrase: 'another passphrase' }),
      ),
    ).toEqual(['PASSPHRASE_WRONG']);
    expect(readdirSync(root).sort()).toEqual(['backup', 'hall']);
  });
});

describe('a backup that was changed', { timeout: 120_000 }, () => {
  test.each([
    ['store.db', 'BACKUP_DAMAGED'],
    ['hall.json', 'BACKUP_DAMAGED'],
    ['keys.sealed.json', 'BACKUP_DAMAGED'],
    ['log-keys.json', 'BACKUP_DAMAGED'],
  ])('is not put back: %s', async (name, code) => {
    const { backup, target } = await backedUp();
    const file = join(backup, name);
    const bytes = readFileSync(file);
    const at = name === 'keys.sealed.json' ? bytes.length - 40 : bytes.length - 10;
    bytes[at] = (bytes[at] as number) ^ 1;
    writeFileSync(file, bytes);
    const options = { passphrase: PASSPHRASE, at: AT, new_origin: 'a/b', keys: undefined };
    const codes = await codesOf(restoreHall(backup, target, options));
    expect(codes.every((each) => [code, 'PASSPHRASE_WRONG', 'BACKUP_MALFORMED'].includes(each))).toBe(true);
    expect(existsSync(target)).toBe(false);
  });

  test('A manifest that somebody wrote anew is refused, whatever it says; so is a file too many.', async () => {
    const { backup, target } = await backedUp();
    const file = join(backup, 'backup.json');
    const text = readFileSync(file, 'utf8');
    const restore = () =>
      codesOf(restoreHall(backup, target, { passphrase: PASSPHRASE, at: AT, new_origin: 'a/b' }));
    writeFileSync(file, text.replace(AT, '2020-01-01T00:00:00.000Z'));
    expect(await restore()).toEqual(['BACKUP_UNSIGNED']);
    writeFileSync(file, text.replace('"hall.json"', '"../hall.json"'));
    expect(await restore()).toEqual(['BACKUP_MALFORMED']);
    writeFileSync(file, text);
    writeFileSync(join(backup, 'more'), '');
    expect(await restore()).toEqual(['BACKUP_DAMAGED']);
  });
});
