/** An object as whatever a peer sent: its members are unknown. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a value is an object and not a list. */
export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value itself where it is an object, else an empty one. */
export function membersOf(value: unknown): Members {
  return isObject(value) ? value : {};
}

/** The member of that very object, never one that it inherits. */
export function ownMember(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
