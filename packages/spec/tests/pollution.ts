/** Makes `Object.prototype` an attacker's, until {@link unpollute}. */
export function pollute(members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    originals.push([name, Object.getOwnPropertyDescriptor(Object.prototype, name)]);
    Object.defineProperty(Object.prototype, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}

const originals: [string, PropertyDescriptor | undefined][] = [];

/** Takes everything back that {@link pollute} did. */
export function unpollute(): void {
  for (const [name, descriptor] of originals.splice(0).reverse()) {
    delete (Object.prototype as Record<string, unknown>)[name];
    if (descriptor !== undefined) Object.defineProperty(Object.prototype, name, descriptor);
  }
}
