/** The number of a system call on each machine; null where it does not exist there. */
interface SyscallNumbers {
  readonly x64: number | null;
  readonly arm64: number | null;
}

/** Something about the low 32 bits of an argument, after a mask. */
export interface ArgumentTest {
  /** Which argument, from 0. */
  readonly argument: number;
  /** All bits where it is absent. */
  readonly mask?: number;
  /** Holds for these values, or for all but these. */
  readonly is: readonly number[] | { readonly not: readonly number[] };
}

/** A system call that is refused. */
export interface SyscallRule extends SyscallNumbers {
  readonly name: string;
  /** What a program could do with it. */
  readonly reason: string;
  /** Refused only where each of these holds; always where it is absent. */
  readonly when?: readonly ArgumentTest[];
  /** What the program gets: `EPERM`, or `ENOSYS` where it then does without. */
  readonly error?: 'EPERM' | 'ENOSYS' | 'EAFNOSUPPORT';
}
