/** The members of a payload as one text; each says its length, so that any text can stand in it. */
export function joinPayload(members: readonly (string | null)[]): string {
  return members.map((text) => (text === null ? '-' : `${text.length}:${text}`)).join('');
}

/** The members that {@link joinPayload} joined. */
export function splitPayload(text: string, count: number): (string | null)[] {
  const members: (string | null)[] = [];
  let at = 0;
  while (members.length < count) {
    if (text[at] === '-') {
      members.push(null);
      at += 1;
      continue;
    }
    const begins = text.indexOf(':', at) + 1;
    const ends = begins + Number(text.slice(at, begins - 1));
    members.push(text.slice(begins, ends));
    at = ends;
  }
  return members;
}
