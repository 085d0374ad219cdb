import { UpstreamError } from './upstream-error.ts';

const MAX_PAGES = 1_000;

/**
 * The entries of a list of a server, of all its pages, as received.
 *
 * @param most entries that are allowed
 * @throws {UpstreamError} for a list that is none, too long, or goes round in circles
 */
export async function listPages(
  ask: (params: { readonly cursor?: string }) => Promise<unknown>,
  member: string,
  most: number,
): Promise<unknown[]> {
  const entries: unknown[] = [];
  const seen = new Set<string>();
  for (let cursor: string | null = null, pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = Object(await ask(cursor === null ? {} : { cursor })) as Readonly<Record<string, unknown>>;
    const listed = page[member];
    if (!Array.isArray(listed)) throw refused('it is not a list');
    for (const entry of listed) entries.push(entry);
    if (entries.length > most) throw refused(`it has more than ${most} entries`);
    const { nextCursor: next } = page;
    if (next === undefined || next === null) return entries;
    if (typeof next !== 'string' || seen.has(next)) throw refused('its pages go round in circles');
    seen.add(next);
    cursor = next;
  }
  throw refused(`it has more than ${MAX_PAGES} pages`);
}

function refused(why: string): UpstreamError {
  return new UpstreamError('DELIVERY_INVALID_RESULT', {
    message: `A list of the MCP server was refused: ${why}.`,
  });
}
