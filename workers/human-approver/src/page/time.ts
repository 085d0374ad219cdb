/** A duration in whole seconds as `1 h 02 min` or `4 min 09 s`: the script of the page writes it alike. */
export function durationText(seconds: number): string {
  const [h, min, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h} h ${pad(min)} min` : `${min} min ${pad(s)} s`;
}

/** An instant as `2026-01-31 12:15:00 UTC`. */
export function instantText(timestamp: string): string {
  return timestamp.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC');
}

/** How many whole seconds are left until an instant; 0 where it is over. */
export function secondsUntil(timestamp: string, now: number): number {
  return Math.max(0, Math.floor((Date.parse(timestamp) - now) / 1000));
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
