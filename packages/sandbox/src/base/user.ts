/** Whose rights a process has on the host. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Whether this process may become another user. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The range in which systemd makes up its own users: no account of a distribution is in it, and it exists in a
 * container that knows 65,536 users.
 */
const FIRST = 61_184;
const COUNT = 4_336;
let next = process.pid % COUNT;

/** A user without an account, another one at each call. */
export function nextUser(): User {
  next = (next + 1) % COUNT;
  return { uid: FIRST + next, gid: FIRST + next };
}
