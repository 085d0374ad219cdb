/** Loaded into a gateway that the bench measures: says on standard error, when asked by a signal, what it holds. */
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  process.stderr.write(`memory ${JSON.stringify({ heapUsed, rss })}\n`);
});
