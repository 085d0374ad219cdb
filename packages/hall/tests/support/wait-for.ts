/** Waits until something is so; throws after a while. */
export async function waitFor(what: string, isSo: () => unknown, timeout_ms = 4000): Promise<void> {
  const deadline = Date.now() + timeout_ms;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
