/**
 * What `node --import` loads into a program that is measured: at its end it says on standard error the most memory that
 * it took. No file: to load one, types and all, would take memory of its own.
 */
export const PEAK: string = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process._rawDebug('peak', process.resourceUsage().maxRSS));",
)}`;

/** The most memory that such a program took, in mebibytes. @throws where it did not say */
export function peakIn(stderr: string): number {
  const peak = /^peak (\d+)$/m.exec(stderr)?.[1];
  if (peak === undefined) throw new Error(`A program did not say how much memory it took: ${stderr}`);
  return Number(peak) / 1_024;
}
