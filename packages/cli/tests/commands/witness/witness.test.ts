import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { writeVerifierKey } from '@wcp/evidence/log';
import { readWitnessKey } from '@wcp/evidence/witness';
import { describe, expect, test } from 'vitest';
import { scratch, wcp } from '../../support/support.ts';

const NAME = 'witness.example/w1';
const keyOf = (origin: string) => writeVerifierKey(origin, generateSigningKey().publicKey);

async function witness(): Promise<string> {
  const dir = join(scratch(), 'witness');
  expect(await wcp(['witness', 'init', dir, '--name', NAME])).toMatchObject({ code: 0 });
  return dir;
}

describe('witness init', () => {
  test('It makes a key of its own, for its owner alone, and an empty record; nothing is made twice.', async () => {
    const dir = join(scratch(), 'witness');
    const { out } = await wcp(['witness', 'init', dir, '--name', NAME, '--json']);
    const { key } = JSON.parse(out);
    expect(readWitnessKey(key).name).toBe(NAME);
    expect(statSync(join(dir, 'witness.key.pem')).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(join(dir, 'witness.json'), 'utf8'))).toMatchObject({
      name: NAME,
      logs: [],
    });
    expect(await wcp(['witness', 'init', dir, '--name', NAME])).toMatchObject({ code: 2 });
  });

  test('A name that no key can have is refused, and nothing is made.', async () => {
    const dir = join(scratch(), 'witness');
    const { code, err } = await wcp(['witness', 'init', dir, '--name', 'a witness']);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('without its scheme') });
    expect(() => statSync(dir)).toThrow();
  });
});

describe('witness watch', () => {
  test('It adds a log, and the next key of one from a later size.', async () => {
    const dir = await witness();
    const [first, second, other] = [
      keyOf('hall.example/wcp'),
      keyOf('hall.example/wcp'),
      keyOf('other.example/wcp'),
    ];
    expect(await wcp(['witness', 'watch', dir, first])).toMatchObject({ code: 0 });
    expect(await wcp(['witness', 'watch', dir, second, '--from-size', '512', '--json'])).toMatchObject({
      code: 0,
    });
    expect(await wcp(['witness', 'watch', dir, other])).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(dir, 'witness.json'), 'utf8')).logs).toEqual([
      { key: first, from_size: 0 },
      { key: second, from_size: 512 },
      { key: other, from_size: 0 },
    ]);
    expect(
      await wcp(['witness', 'watch', dir, keyOf('hall.example/wcp'), '--from-size', '512']),
    ).toMatchObject({ code: 2 });
    expect(await wcp(['witness', 'watch', dir, keyOf('hall.example/wcp')])).toMatchObject({ code: 2 });
  });

  test('What is not the key of a log is refused.', async () => {
    const dir = await witness();
    const { key } = JSON.parse(
      (await wcp(['witness', 'init', join(scratch(), 'w'), '--name', NAME, '--json'])).out,
    );
    for (const text of ['nothing', key])
      expect(await wcp(['witness', 'watch', dir, text])).toMatchObject({ code: 2 });
    expect(await wcp(['witness', 'watch', scratch(), keyOf('hall.example/wcp')])).toMatchObject({ code: 2 });
  });
});

describe('witness serve', () => {
  test('It does not start without its record, its key or a readable witness.json.', async () => {
    const dir = await witness();
    const serve = () => wcp(['witness', 'serve', dir, '--port', '0']);
    const settings = join(dir, 'witness.json');
    const good = JSON.parse(readFileSync(settings, 'utf8'));
    const log = { key: keyOf('hall.example/wcp'), from_size: 3 };
    for (const bad of [
      { ...good, more: 1 },
      { ...good, logs: [log, { ...log, key: keyOf('hall.example/wcp') }] },
    ]) {
      writeFileSync(settings, JSON.stringify(bad));
      expect(await serve()).toMatchObject({ code: 2, err: expect.stringContaining('witness.json') });
    }
    writeFileSync(settings, JSON.stringify(good));
    rmSync(join(dir, 'witness.db'));
    expect(await serve()).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not know what it cosigned'),
    });
    rmSync(join(dir, 'witness.key.pem'));
    expect(await serve()).toMatchObject({ code: 2 });
  });
});
