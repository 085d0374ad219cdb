import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, publicKeyFromPem, signingKeyFromPem } from '@wcp/evidence';
import { describe, expect, it } from 'vitest';
import { folderOf, scratch, wcp, wcpJson } from '../../support/support.ts';

describe('keygen', () => {
  it('The command keygen writes a key pair, the private key readable by the owner only, and prints nothing of it.', async () => {
    const cwd = scratch();
    const { code, out, err } = await wcp(['keygen', '--out', 'keys/mine'], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const dir = join(cwd, 'keys/mine');
    expect(readdirSync(dir).sort()).toEqual(['wcp-key.pem', 'wcp-key.pub.pem']);
    expect(statSync(join(dir, 'wcp-key.pem')).mode & 0o777).toBe(0o600);
    const pem = readFileSync(join(dir, 'wcp-key.pem'), 'utf8');
    const key = signingKeyFromPem(pem);
    expect(publicKeyFromPem(readFileSync(join(dir, 'wcp-key.pub.pem'), 'utf8'))).toBe(key.publicKey);
    expect(out).toContain(keyIdOf(key.publicKey));
    for (const line of pem.split('\n').slice(1, 2)) expect(out).not.toContain(line);
  });

  it.each(['wcp-key.pem', 'wcp-key.pub.pem'])(
    'It refuses where a %s exists already, and writes nothing.',
    async (name) => {
      const cwd = folderOf({ [name]: 'precious' });
      const { code, err } = await wcp(['keygen'], { cwd });
      expect(err).toContain(`${name}: error EXISTS`);
      expect(code).toBe(2);
      expect(readdirSync(cwd)).toEqual([name]);
      expect(readFileSync(join(cwd, name), 'utf8')).toBe('precious');
    },
  );

  it('The command keygen prints the public key as JSON.', async () => {
    const { json } = await wcpJson(['keygen'], { cwd: scratch() });
    expect(Object.keys(json as object)).toEqual([
      'signing_key_id',
      'public_key',
      'private_key_file',
      'public_key_file',
    ]);
  });

  it('The command keygen says where it cannot write.', async () => {
    const { code, err } = await wcp(['keygen', '--out', 'file/inside'], { cwd: folderOf({ file: '' }) });
    expect(err).toMatch(/error UNWRITABLE: [A-Z]/);
    expect(code).toBe(2);
  });
});
