/** Who asked for a dispatch, and which Hall starts its worker. */
export interface Asked {
  /** The ids of all who had a part in asking. */
  readonly requested_by: readonly string[];
  /** Null where no other Hall has the same store. */
  readonly hall: string | null;
}

/** As the row of a dispatch keeps it. */
export function askedText({ requested_by, hall }: Asked): string {
  return JSON.stringify(hall === null ? requested_by : { requested_by, hall });
}

/** What {@link askedText} wrote. */
export function readAsked(text: string): Asked {
  const read = JSON.parse(text) as Asked | readonly string[];
  return Array.isArray(read) ? { requested_by: read, hall: null } : (read as Asked);
}
