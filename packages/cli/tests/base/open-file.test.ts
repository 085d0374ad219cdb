import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyRegularFile } from '../../src/base/copy-file.ts';
import { folderOf, PROGRAM, scratch, wcp } from '../support/support.ts';

const NO_FILE = expect.stringContaining('This is a pipe, a device or a socket');

/** A folder with a named pipe in it, and the pipe. */
function withPipe(name: string, files: Readonly<Record<string, unknown>> = {}): readonly [string, string] {
  const dir = folderOf(files);
  execFileSync('mkfifo', [join(dir, name)]);
  return [dir, join(dir, name)];
}

describe.skipIf(process.platform === 'win32')('A named pipe that a command is given', () => {
  test('As the document of the pipeline it is refused.', async () => {
    const [, pipe] = withPipe('document.md');
    expect(await wcp(['pipeline', 'run', pipe])).toMatchObject({ code: 2, err: NO_FILE });
  });

  test('As the credential of a tenant it is refused.', async () => {
    const [dir, pipe] = withPipe('credential', { 'document.md': 'text' });
    const running = ['--url', 'http://127.0.0.1:9', '--key', 'wcp_k_s', '--credential', pipe];
    expect(await wcp(['pipeline', 'run', join(dir, 'document.md'), ...running])).toMatchObject({
      code: 2,
      err: NO_FILE,
    });
  });

  test('In a package, as what it says of itself, it is not waited for.', async () => {
    for (const name of ['package.json', 'registry_record.json']) {
      const [dir] = withPipe(name, { 'worker.mjs': '' });
      const key = join(scratch(), 'keys');
      await wcp(['keygen', '--out', key]);
      expect((await wcp(['attest', 'build', dir, '--key', join(key, 'wcp-key.pem')])).code).toBe(2);
    }
  });

  test('As a list of known failures it is refused.', async () => {
    const [, pipe] = withPipe('known.json');
    const { code } = await wcp(['conformance', 'run', '--known-failures', pipe, '--', 'true']);
    expect(code).toBe(2);
  });

  test('As a file to copy it is refused.', async () => {
    const [dir, pipe] = withPipe('dist');
    await expect(copyRegularFile(pipe, join(dir, 'copy'))).rejects.toMatchObject({ code: 'ENOTFILE' });
    mkdirSync(join(dir, 'folder'));
    writeFileSync(join(dir, 'file'), 'x'.repeat(200_000));
    await copyRegularFile(join(dir, 'file'), join(dir, 'copy'));
    execFileSync('cmp', [join(dir, 'file'), join(dir, 'copy')]);
  });
});

test.skipIf(process.platform === 'win32')('What a shell passes on as a file is read.', () => {
  const piped = 'printf "[]" | "$0" "$1" validate rules /dev/stdin';
  const out = execFileSync('sh', ['-c', piped, process.execPath, PROGRAM], { encoding: 'utf8' });
  expect(out).toBe('/dev/stdin: valid (rules)\n');
});
