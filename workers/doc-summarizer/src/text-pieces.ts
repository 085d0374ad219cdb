/** Runs of characters without a space that are longer are no words: data, rulers, encoded files. */
const MAX_RUN_LENGTH = 200;
const MAX_PIECE_LENGTH = 4000;

const RUN = new RegExp(`.{1,${MAX_RUN_LENGTH}}`, 'gsu');
/** Chinese and Japanese have no space behind a stop. */
const WIDE_STOP = /(?<=[。！？])/u;
/** Words at a sentence's end that the model takes for abbreviations: Sunday, inch, number. */
const ORDINARY_END = /(?<=\s(?:etc|in|no|sun)\.["”’)]?) (?=["“‘(]?\p{Lu})/u;

/**
 * Cuts a block of text into pieces for the language model, at ends of sentences where it can. The
 * time that the model takes grows faster than a text without spaces or ends, so no piece is long and
 * no run of characters in it.
 */
export function textPieces(text: string): string[] {
  return withoutData(text)
    .split(WIDE_STOP)
    .flatMap((part) => shortRuns(part).split(ORDINARY_END))
    .flatMap(shortPieces);
}

function withoutData(text: string): string {
  return text
    .split(' ')
    .filter((run) => run.length <= MAX_RUN_LENGTH || WIDE_STOP.test(run))
    .join(' ');
}

function shortRuns(text: string): string {
  return text
    .split(' ')
    .flatMap((run) => run.match(RUN) ?? [])
    .join(' ');
}

function shortPieces(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > MAX_PIECE_LENGTH) {
    const stop = rest.lastIndexOf('. ', MAX_PIECE_LENGTH);
    const space = stop > 0 ? stop + 1 : rest.lastIndexOf(' ', MAX_PIECE_LENGTH);
    pieces.push(rest.slice(0, space));
    rest = rest.slice(space + 1);
  }
  if (rest.trim() !== '') pieces.push(rest);
  return pieces;
}
