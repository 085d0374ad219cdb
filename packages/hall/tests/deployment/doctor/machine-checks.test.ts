import { spawnSync } from 'node:child_process';
import type { SandboxProbe } from '@wcp/sandbox';
import { describe, expect, test } from 'vitest';
import { roomCheck } from '../../../src/deployment/doctor/folder-checks.ts';
import { machineChecks } from '../../../src/deployment/doctor/machine-checks.ts';
import { shellWord } from '../../../src/deployment/doctor/shell-command.ts';

const CONTAINED: SandboxProbe = {
  is_contained: true,
  by: 'bubblewrap',
  version: '0.8.0',
  memory: 'cgroup-v2',
  reason: null,
  remedy: null,
};
const NOT_CONTAINED: SandboxProbe = {
  is_contained: false,
  by: null,
  version: null,
  memory: null,
  reason: 'bubblewrap (bwrap) is not on PATH.',
  remedy: 'apt-get install bubblewrap',
};

const statuses = (probe: SandboxProbe, isNeeded = false) =>
  machineChecks(probe, '/srv/hall', isNeeded).map(({ name, status }) => `${name} ${status}`);

describe('what a machine can enforce', () => {
  test('A machine that contains and limits workers is right.', () => {
    expect(statuses(CONTAINED)).toEqual(['sandbox ok', 'limits ok', 'user ok']);
  });

  test('Without a control group the limits are a warning.', () => {
    expect(statuses({ ...CONTAINED, memory: 'sampled' })).toEqual(['sandbox ok', 'limits warn', 'user ok']);
  });

  test('Without bubblewrap it fails where a worker needs it, and is a warning where none does.', () => {
    const user = process.getuid?.() === 0 ? 'user warn' : 'user ok';
    expect(statuses(NOT_CONTAINED, true)).toEqual(['sandbox fail', user]);
    expect(statuses(NOT_CONTAINED, false)).toEqual(['sandbox warn', user]);
    const [sandbox] = machineChecks(NOT_CONTAINED, '/srv/hall', true);
    expect(sandbox).toMatchObject({
      remedy: NOT_CONTAINED.remedy,
      message: expect.stringContaining('not on PATH'),
    });
  });
});

describe('the room on a disk', () => {
  const GIB = 1024 ** 3;
  test.each([
    [{ bytes: 10 * GIB, files: 1_000, free_files: 10 }, 'ok'],
    [{ bytes: 10 * GIB, files: 0, free_files: 0 }, 'ok'],
    [{ bytes: GIB / 2, files: 1_000, free_files: 10 }, 'warn'],
    [{ bytes: GIB / 32, files: 1_000, free_files: 10 }, 'fail'],
    [{ bytes: 10 * GIB, files: 1_000, free_files: 0 }, 'fail'],
  ] as const)('With %j it is %s.', (room, status) => {
    expect(roomCheck(room, '.')).toMatchObject({ name: 'disk', status });
  });

  test('What it prints shows what takes up the room.', () => {
    const { remedy } = roomCheck({ bytes: 0, files: 0, free_files: 0 }, import.meta.dirname);
    const { status, stdout } = spawnSync('sh', ['-c', remedy ?? '']);
    expect([status, stdout.toString()]).toEqual([0, expect.stringContaining(import.meta.dirname)]);
  });
});

describe('a word of a command line', () => {
  test.each([
    'plain',
    '/srv/hall-1',
    'with space',
    "it's",
    '$HOME',
    '`id`',
    '--option',
    '',
    '"quoted"',
    'a\nb',
  ])('A shell takes %j for one word, as it is.', (word) => {
    const { stdout } = spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`]);
    expect(stdout.toString()).toBe(word);
  });
});
