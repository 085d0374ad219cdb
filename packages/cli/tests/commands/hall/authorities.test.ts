import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { describe, expect, it } from 'vitest';
import { folderOf } from '../../support/support.ts';
import { openTestHall } from '../../support/test-hall.ts';

describe('authorities', () => {
  it('Keys of an authority are registered, listed and revoked.', async () => {
    const { as, json } = await openTestHall();
    const key = generateSigningKey();
    const files = folderOf({ 'key.pub.pem': key.exportPublicPem() });
    const add = ['authorities', 'add', 'org.acme', '--keys', join(files, 'key.pub.pem')];
    expect((await json('admin', add)).json).toMatchObject([{ signing_key_id: key.keyId, revoked_at: null }]);
    expect((await as('admin', ['authorities', 'list'])).out).toContain(`${key.keyId}`);
    const revoke = ['authorities', 'revoke', 'org.acme', key.keyId];
    expect((await as('admin', revoke)).out).toContain('revoked 2');
    expect((await as('admin', revoke)).code).toBe(1);
  });

  it('The authorities commands exit 2 for an invalid key, an invalid authority, or a caller who may not register keys.', async () => {
    const { as } = await openTestHall();
    const files = folderOf({ 'key.pub.pem': generateSigningKey().exportPublicPem(), 'none.pem': 'nothing' });
    const add = (authority: string, file: string) => [
      'authorities',
      'add',
      authority,
      '--keys',
      join(files, file),
    ];
    expect((await as('admin', add('org.acme', 'none.pem'))).code).toBe(2);
    expect((await as('admin', add('acme', 'key.pub.pem'))).err).toContain('/authority');
    expect((await as('owner', add('org.acme', 'key.pub.pem'))).err).toContain('error FORBIDDEN');
  });
});
