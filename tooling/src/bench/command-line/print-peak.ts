/** Loaded into a program that the bench measures: says on standard error, at its end, the most memory that it took. */
process.on('exit', () => {
  process.stderr.write(`peak ${process.resourceUsage().maxRSS}\n`);
});
