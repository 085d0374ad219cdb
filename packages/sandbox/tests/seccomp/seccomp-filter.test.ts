import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isMachine } from '../../src/seccomp/build-filter.ts';
import { REFUSED_SYSCALLS, REFUSED_WITHOUT_TOOLS } from '../../src/seccomp/refused-syscalls.ts';
import { seccompFilter } from '../../src/seccomp/seccomp-filter.ts';
import type { ArgumentTest, SyscallRule } from '../../src/seccomp/syscall-rule.ts';
import { runFilter } from './run-filter.ts';

const AUDIT = { x64: 0xc000_003e, arm64: 0xc000_00b7 } as const;
const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const ERRNO = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;
/** write, on each machine. */
const HARMLESS = { x64: 1, arm64: 64 } as const;

/** A value for which a test holds, or does not. */
function valueFor({ is, mask = 0xffff_ffff }: ArgumentTest, holds: boolean): number {
  const listed = 'not' in is ? is.not : is;
  const other = [0x5a5a_5a5a, mask, 1, 0].find((value) => !listed.includes((value & mask) >>> 0)) ?? 0;
  return holds === !('not' in is) ? (listed[0] ?? 0) : other;
}

function argsFor({ when = [] }: SyscallRule, holds: boolean): number[] {
  const args = [0, 0, 0, 0, 0, 0];
  // Where it is not to hold, the last test alone fails.
  for (const [index, test] of when.entries()) {
    args[test.argument] = valueFor(test, holds || index < when.length - 1);
  }
  return args;
}

describe.each(['x64', 'arm64'] as const)('on %s', (machine) => {
  const run = (filter: Uint8Array, number: number, args: readonly number[] = []) =>
    runFilter(filter, { number, machine: AUDIT[machine], args });
  const strict = seccompFilter(machine, false);
  const lenient = seccompFilter(machine, true);
  const there = (rules: readonly SyscallRule[]) => rules.filter((rule) => rule[machine] !== null);

  test.each(there(REFUSED_SYSCALLS))('$name is refused: it $reason', (rule) => {
    const error = 0x0005_0000 | ERRNO[rule.error ?? 'EPERM'];
    for (const filter of [strict, lenient])
      expect(run(filter, rule[machine] ?? -1, argsFor(rule, true))).toBe(error);
  });

  test.each(there(REFUSED_SYSCALLS).filter(({ when }) => when !== undefined))(
    '$name is allowed where it does not do that: it $reason',
    (rule) => {
      expect(run(lenient, rule[machine] ?? -1, argsFor(rule, false))).toBe(ALLOW);
    },
  );

  test('a process is refused without tools, a thread never', () => {
    const clone = machine === 'x64' ? 56 : 220;
    const [thread, process] = [0x003d_0f00, 0x11];
    expect(run(strict, clone, [process])).toBe(0x0005_0001);
    expect(run(strict, clone, [thread])).toBe(ALLOW);
    expect(run(lenient, clone, [process])).toBe(ALLOW);
    for (const rule of there(REFUSED_WITHOUT_TOOLS))
      expect(run(strict, rule[machine] ?? -1)).toBe(0x0005_0001);
  });

  test('what no rule names is allowed', () => {
    expect(run(strict, HARMLESS[machine])).toBe(ALLOW);
  });

  test('a system call of another machine ends the program', () => {
    expect(runFilter(strict, { number: HARMLESS[machine], machine: 0x4000_0003 })).toBe(KILL);
  });

  test('a filter fits into what the kernel takes', () => {
    expect(strict.length / 8).toBeLessThan(4_096);
  });
});

test('a system call of the x32 interface ends the program: it has the same calls under other numbers', () => {
  expect(runFilter(seccompFilter('x64', true), { number: 0x4000_0000 + 101, machine: AUDIT.x64 })).toBe(KILL);
});

test('every rule says why, and no machine has a number twice without a condition', () => {
  for (const rule of REFUSED_SYSCALLS) expect(rule.reason.length).toBeGreaterThan(20);
  for (const machine of ['x64', 'arm64'] as const) {
    const numbers = REFUSED_SYSCALLS.flatMap((rule) =>
      rule.when === undefined && rule[machine] !== null ? [rule[machine]] : [],
    );
    expect(new Set(numbers).size).toBe(numbers.length);
  }
});

const HEADERS = [
  {
    machine: 'x64',
    file: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h',
    pattern: /#define __NR_(\w+)\s+(\d+)/g,
  },
  {
    machine: 'arm64',
    file: '/usr/include/asm-generic/unistd.h',
    pattern: /#define __NR_(?!3264)(\w+)\s+(\d+)/g,
  },
] as const;

test.each(HEADERS.filter(({ file }) => existsSync(file)))(
  'the numbers for $machine are those of the kernel headers',
  ({ machine, file, pattern }) => {
    const numbers = new Map(
      [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name = '', number]) => [
        name,
        Number(number),
      ]),
    );
    const named = [...REFUSED_SYSCALLS, ...REFUSED_WITHOUT_TOOLS].filter(({ name }) => numbers.has(name));
    expect(named.length).toBeGreaterThan(70);
    for (const rule of named) expect([rule.name, rule[machine]]).toEqual([rule.name, numbers.get(rule.name)]);
  },
);

test('a filter exists for two machines', () => {
  expect(['x64', 'arm64', 'ia32', 'riscv64', 'toString'].map(isMachine)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
