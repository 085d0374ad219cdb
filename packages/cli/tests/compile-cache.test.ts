import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROGRAM, scratch } from './support/support.ts';

/** Runs `wcp version` for a user whose home is a folder, and gives what it wrote to standard error. */
function versionAt(home: string, more: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'version', '--json'], {
    env: { HOME: home, ...more },
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ protocol: '0.2' });
  return stderr;
}

const isFilled = (folder: string) => existsSync(folder) && readdirSync(folder).length > 0;

describe('the code that Node has compiled', () => {
  it('It is kept in the cache of the user, where nobody else may write or read.', () => {
    const home = scratch();
    expect(versionAt(home)).toBe('');
    const folder = join(home, '.cache/wcp/compiled');
    expect(isFilled(folder)).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, '.cache/wcp')).mode & 0o777).toBe(0o700);
    expect(versionAt(home)).toBe('');
  });

  it('XDG_CACHE_HOME names another place, and NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE have the last word.', () => {
    const home = scratch();
    const [named, compiled] = [scratch(), scratch()];
    versionAt(home, { XDG_CACHE_HOME: named, NODE_DISABLE_COMPILE_CACHE: '1' });
    expect(isFilled(join(named, 'wcp/compiled'))).toBe(false);
    versionAt(home, { XDG_CACHE_HOME: named, NODE_COMPILE_CACHE: compiled });
    expect([isFilled(join(named, 'wcp/compiled')), isFilled(compiled)]).toEqual([false, true]);
    versionAt(home, { XDG_CACHE_HOME: named });
    expect(isFilled(join(named, 'wcp/compiled'))).toBe(true);
    expect(existsSync(join(home, '.cache'))).toBe(false);
  });

  it('A folder that others may write to keeps nothing: what lies there would run.', () => {
    const home = scratch();
    const folder = join(home, '.cache/wcp/compiled');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    expect(versionAt(home)).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('Where no folder can be made, the command runs all the same.', () => {
    expect(versionAt('/dev/null')).toBe('');
  });
});
