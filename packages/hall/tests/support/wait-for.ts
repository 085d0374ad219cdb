/** Waits until something is so; throws after so long that no busy machine is the reason. */
export async function waitFor(what: string, isSo: () => unknown, timeout_ms = 20_000): Promise<void> {
  const deadline = Date.now() + timeout_ms;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
