/** Whether a value is an object and not an array; a revoked proxy, which nobody can inspect, is not. */
export function isObject(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** An own member of an attacker's value, read once; undefined where it is absent, inherited or throws. */
export function own(value: unknown, name: string | number): unknown {
  try {
    return isOwner(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The items of an array, each read once, undefined where one can't be read; null for any other value. */
export function listOf(value: unknown): unknown[] | null {
  try {
    if (!Array.isArray(value)) return null;
    return Array.from({ length: value.length }, (_, index) => own(value, index));
  } catch {
    return null;
  }
}
