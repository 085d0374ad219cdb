const MAX_LENGTH = 16 * 1024;

/** The value, or the beginning of its JSON text where that is too long for a report. */
export function clip(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH).toWellFormed()}…` : value;
}
