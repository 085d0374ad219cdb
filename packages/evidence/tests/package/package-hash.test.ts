import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashFiles } from '../../src/index.ts';
import { hostileValues } from '../support.ts';

const sha = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex');
const refused = expect.objectContaining({ code: 'ERR_WCP_PACKAGE' });
const file = (path: string, content = 'x') => ({ path, content });

describe('the hash of a package', () => {
  test('The hash of a package covers path, size and content hash of its files, sorted.', () => {
    const text = `a.js\n3\n${sha('é1')}\nlib/b.js\n0\n${sha('')}\n`;
    expect(hashFiles([file('lib/b.js', ''), file('a.js', 'é1')])).toBe(`sha256:${sha(text)}`);
  });

  test('The hash of a package of nothing does not exist: an emptied package must not look like one that was attested empty.', () => {
    expect(() => hashFiles([])).toThrow(refused);
    expect(() => hashFiles([file('manifest.json'), file('.git/config')])).toThrow(refused);
  });

  test('The hash of a package is the same for text, bytes and base64.', () => {
    const content = Buffer.from([0, 255, 10]);
    const hash = hashFiles([{ path: 'a', content }]);
    expect(hashFiles([{ path: 'a', content_base64: content.toString('base64') }])).toBe(hash);
    expect(hashFiles([{ path: 'a', content: new Uint8Array(content) }])).toBe(hash);
    expect(hash).toBe(`sha256:${sha(`a\n3\n${sha(content)}\n`)}`);
  });

  test('The hash of a package sorts by UTF-8 bytes, even where UTF-16 has another order.', () => {
    const paths = ['\uff5e', '\u{1f600}', 'a/b', 'a.b', 'a', 'B'];
    const sorted = ['B', 'a', 'a.b', 'a/b', '\uff5e', '\u{1f600}'];
    const text = sorted.map((path) => `${path}\n1\n${sha('x')}\n`).join('');
    expect(hashFiles(paths.map((path) => file(path)))).toBe(`sha256:${sha(text)}`);
  });

  test('The hash of a package does not depend on the order of the files.', () => {
    const files = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}(\/[a-z.]{3,4})?$/), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(files, (paths) => {
        const list = paths.map((path) => file(path, path));
        expect(hashFiles(list.toReversed())).toBe(hashFiles(list));
      }),
    );
  });

  test('The hash of a package leaves out the manifest and .git only at the root.', () => {
    const hash = hashFiles([file('a')]);
    for (const path of ['manifest.json', 'manifest.sig', 'manifest.tmp', '.git/config', '.git/hooks/run']) {
      expect(hashFiles([file('a'), file(path)]), path).toBe(hash);
    }
    const counted = [
      'lib/manifest.json',
      'lib/.git/config',
      '.git',
      '.gitignore',
      '.GIT/x',
      'manifest.json/x',
      'Manifest.json',
    ];
    for (const path of [...counted, 'node_modules/m/i.js', '__pycache__/m.pyc', '.env']) {
      expect(hashFiles([file('a'), file(path)]), path).not.toBe(hash);
    }
  });

  test('The hash of a package does not read what is left out.', () => {
    const hash = hashFiles([file('a')]);
    const twice = [file('manifest.json'), file('manifest.json')];
    expect(hashFiles([file('a'), ...twice, { path: 'manifest.sig', content_base64: '***' }])).toBe(hash);
    expect(hashFiles([file('a'), { path: '.git/a\nb' } as never])).toBe(hash);
  });

  test('The hash of a package covers the bytes of a path as they are, whatever their normal form.', () => {
    const [composed, decomposed] = [file('\u00e9'), file('e\u0301')];
    expect(hashFiles([composed])).not.toBe(hashFiles([decomposed]));
    expect(hashFiles([composed, decomposed])).toBe(hashFiles([decomposed, composed]));
  });

  test('The hash of a package does not treat a path that leaves .git as one inside it.', () => {
    for (const path of ['.git/../evil.js', '.git/./x', '.git//x', '.git/', '.git/a/..']) {
      expect(() => hashFiles([file(path)]), path).toThrow(refused);
    }
  });
});

describe('a package has no hash', () => {
  test.each([
    '',
    '/a',
    '//a',
    'a/',
    'a//b',
    '.',
    '..',
    './a',
    'a/.',
    'a/./b',
    '../a',
    'a/../b',
    'a/..',
    'a\\b',
    '..\\a',
    'a\nb',
    'a\u0000b',
    'a\u001fb',
    'a\u007fb',
    'a\u0080b',
    'a\u009fb',
    '\ud800',
    null,
    5,
    undefined,
    ['a'],
  ])('A package with a file at the path %j has no hash.', (path) => {
    expect(() => hashFiles([file(path as never)])).toThrow(refused);
  });

  test('A package with a path twice has no hash.', () => {
    expect(() => hashFiles([file('a', '1'), file('b'), file('a', '2')])).toThrow(refused);
  });

  test.each([null, 5, {}, [], '\ud800'])('A package with the content %j has no hash.', (content) => {
    expect(() => hashFiles([{ path: 'a', content } as never])).toThrow(refused);
  });

  test.each(['A', 'AA', 'AA=', 'AB==', 'AA==\n', ' AA==', 'A-_=', null, 5])(
    'A package with the base64 %j has no hash.',
    (content_base64) => {
      expect(() => hashFiles([{ path: 'a', content_base64 } as never])).toThrow(refused);
    },
  );

  test('A package that is not a list of files has no hash.', () => {
    for (const value of hostileValues()) expect(() => hashFiles([value] as never)).toThrow(refused);
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    for (const value of [null, undefined, 'a', 5, {}, { length: 0 }, new Map(), proxy]) {
      expect(() => hashFiles(value as never)).toThrow(refused);
    }
  });

  test('A package with a line feed in a name has no hash, so that no two packages have one listing.', () => {
    const hash = sha('x');
    expect(() => hashFiles([file(`a\n1\n${hash}\nb`)])).toThrow(refused);
  });
});
