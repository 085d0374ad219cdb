import type { ArgumentTest, SyscallRule } from './syscall-rule.ts';

/** The machines that a filter can be built for: their names in Node, in the kernel and what they add. */
const MACHINES = {
  x64: { audit: 0xc000_003e, hasX32: true },
  arm64: { audit: 0xc000_00b7, hasX32: false },
} as const;

/** A machine that a filter can be built for. */
export type Machine = keyof typeof MACHINES;

const ERRORS = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;

/** Where the kernel puts what a filter looks at. */
const AT = { number: 0, machine: 4, arguments: 16 };
/** Numbers from here on are those of the x32 interface: the same calls under other numbers. */
const X32 = 0x4000_0000;

/** Instructions of the classic BPF machine. */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const AND = 0x54;
const RETURN = 0x06;
const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const FAIL = 0x0005_0000;

/** Code, jump where it holds, jump where it does not, value: jumps count the instructions that are left out. */
type Instruction = readonly [code: number, jt: number, jf: number, value: number];

/** Whether a filter can be built for a machine. */
export function isMachine(arch: string): arch is Machine {
  return Object.hasOwn(MACHINES, arch);
}

/** The filter that refuses what the rules say and allows the rest, as the kernel reads it. */
export function buildFilter(rules: readonly SyscallRule[], machine: Machine): Uint8Array {
  const { audit, hasX32 } = MACHINES[machine];
  const program: Instruction[] = [
    [LOAD, 0, 0, AT.machine],
    [JUMP_EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, AT.number],
    ...(hasX32
      ? ([
          [JUMP_AT_LEAST, 0, 1, X32],
          [RETURN, 0, 0, KILL],
        ] as const)
      : []),
    ...rules.flatMap((rule) => refuse(rule, rule[machine])),
    [RETURN, 0, 0, ALLOW],
  ];
  return encode(program);
}

/** Passes on with the number loaded where the rule does not apply. */
function refuse({ when = [], error = 'EPERM' }: SyscallRule, number: number | null): Instruction[] {
  if (number === null) return [];
  const failed: Instruction = [RETURN, 0, 0, FAIL | ERRORS[error]];
  if (when.length === 0) return [[JUMP_EQUAL, 0, 1, number], failed];
  const tests: Instruction[] = [failed];
  // From the end, because a test that fails jumps behind everything that comes after it.
  for (const test of when.toReversed()) tests.unshift(...check(test, tests.length));
  const body: Instruction[] = [...tests, [LOAD, 0, 0, AT.number]];
  return [[JUMP_EQUAL, 0, body.length, number], ...body];
}

/** Falls through where the test holds, and otherwise leaves out `rest` instructions behind it. */
function check({ argument, mask, is }: ArgumentTest, rest: number): Instruction[] {
  const isListed = !('not' in is);
  const values = 'not' in is ? is.not : is;
  const load: Instruction[] = [
    [LOAD, 0, 0, AT.arguments + argument * 8],
    ...(mask === undefined ? [] : ([[AND, 0, 0, mask]] as const)),
  ];
  const compare = values.map((value, index): Instruction => {
    const left = values.length - 1 - index;
    if (!isListed) return [JUMP_EQUAL, left + rest, 0, value];
    return [JUMP_EQUAL, left, left === 0 ? rest : 0, value];
  });
  return [...load, ...compare];
}

function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, [code, jt, jf, value]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, value, true);
  }
  return bytes;
}
