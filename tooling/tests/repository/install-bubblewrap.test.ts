import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

// A script that runs before anything is installed, and so has no types.
const SCRIPT = new URL('../../../scripts/install-bubblewrap.mjs', import.meta.url).href;
const { installBubblewrap } = await import(SCRIPT);

/** A machine with these programs, each a script of `sh`. */
function machineWith(programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bubblewrap-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const calls = join(folder, 'calls');
  const said: string[] = [];
  const install = (more: object = {}, variables: Readonly<Record<string, string>> = {}) =>
    installBubblewrap({
      env: { PATH: folder, CALLS: calls, HERE: folder, ...variables },
      stamp: join(folder, 'stamp'),
      platform: 'linux',
      isRoot: true,
      say: (text: string) => said.push(text),
      ...more,
    });
  const called = () => (existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : []);
  return { install, called, said };
}

const NOTE = 'echo "$1 $DEBIAN_FRONTEND" >> "$CALLS"';
const WORKS = `${NOTE}
if [ "$1" = install ]; then echo '#!/bin/sh' > "$HERE/bwrap"; /bin/chmod 755 "$HERE/bwrap"; fi`;
const FAILS = `${NOTE}
echo 'E: first' >&2; echo 'E: Unable to locate package bubblewrap' >&2; exit 100`;

test('Where bubblewrap is there, nothing is done and nothing is said.', () => {
  const { install, called, said } = machineWith({ bwrap: '', 'apt-get': WORKS });
  install();
  expect([called(), said]).toEqual([[], []]);
});

test('Root with apt-get gets it: the lists are read once, then it is installed without a question.', () => {
  const { install, called, said } = machineWith({ 'apt-get': WORKS });
  install();
  expect(called()).toEqual(['update noninteractive', 'install noninteractive']);
  expect(said).toEqual([expect.stringContaining('installing bubblewrap')]);
  install();
  expect(called()).toHaveLength(2);
});

test('An installation that fails fails nothing else, says why and what to do, and is not tried by every command.', () => {
  const { install, called, said } = machineWith({ 'apt-get': FAILS });
  install();
  expect(said.slice(1)).toEqual([
    'bubblewrap could not be installed: E: Unable to locate package bubblewrap',
    expect.stringMatching(/^bubblewrap is not installed: .* Install it: apt-get install bubblewrap$/),
  ]);
  install();
  expect(called()).toHaveLength(2);
  expect(said.at(-1)).toContain('Install it: apt-get install bubblewrap');
});

test('A list that cannot be read does not stop the installation of a package that is known.', () => {
  const { install, said } = machineWith({
    'apt-get': `${WORKS}\nif [ "$1" = update ]; then exit 100; fi`,
  });
  install();
  expect(said).toHaveLength(1);
});

test.each([
  ['who is not root', { isRoot: false }, {}, 'sudo apt-get install bubblewrap'],
  ['who opts out', {}, { WCP_NO_BUBBLEWRAP: '1' }, 'as WCP_NO_BUBBLEWRAP asks'],
  ['on another system', { platform: 'darwin' }, {}, 'on Linux alone'],
])('Nothing is installed for somebody %s, who is told what that means.', (_, more, variables, text) => {
  const { install, called, said } = machineWith({ 'apt-get': WORKS });
  install(more, variables);
  expect(called()).toEqual([]);
  expect(said).toEqual([expect.stringContaining(text)]);
  expect(said[0]).toContain('outside of dev a Hall refuses them');
});

test('Where there is no apt-get, it is said and nothing fails.', () => {
  const { install, said } = machineWith({});
  install();
  expect(said).toEqual([expect.stringContaining('bubblewrap is not installed')]);
});
