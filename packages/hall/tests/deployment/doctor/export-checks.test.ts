import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportChecks } from '../../../src/deployment/doctor/export-checks.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const check = async (path: string) =>
  (await exportChecks([{ name: 'siem', form: 'ocsf', target: { path } }]))[0];

describe('The doctor looks at exports', () => {
  test('and is content with a file, one that is not there yet, and an endpoint.', async () => {
    const dir = tempFolder();
    writeFileSync(join(dir, 'there'), '');
    const target = { url: 'https://siem.example' };
    const statuses = [
      (await check(join(dir, 'there')))?.status,
      (await check(join(dir, 'new')))?.status,
      (await exportChecks([{ name: 'siem', form: 'ocsf', target }]))[0]?.status,
    ];
    expect(statuses).toEqual(['ok', 'ok', 'ok']);
  });

  test('and finds a folder that is missing, and a link in the place of the file.', async () => {
    const dir = tempFolder();
    symlinkSync(join(dir, 'elsewhere'), join(dir, 'link'));
    expect(await check(join(dir, 'missing', 'file'))).toMatchObject({
      status: 'fail',
      subject: 'siem',
      remedy: expect.stringContaining('mkdir -p'),
    });
    expect((await check(join(dir, 'link')))?.status).toBe('fail');
  });
});
