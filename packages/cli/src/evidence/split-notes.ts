/**
 * The signed notes in a text, as a Hall adds them to a copy of its checkpoints: an empty line ends each. A text that is
 * something else is one note, which whoever reads it refuses.
 */
export function splitNotes(text: string): readonly string[] {
  const parts = text.split('\n\n');
  const isList = parts.length > 2 && parts.length % 2 === 1 && parts.at(-1) === '';
  if (!isList) return [text];
  return parts
    .slice(0, -1)
    .flatMap((body, index) => (index % 2 === 0 ? [`${body}\n\n${parts[index + 1]}\n`] : []));
}
