const LONGEST = 16 * 1024;

/** The value, or the beginning of its JSON text where that is too long for a report. */
export function clip(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : value;
}
