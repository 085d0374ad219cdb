import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemSentence } from 'wink-nlp';
import type { Block } from './block.ts';
import { joinsIdentifier, showStops } from './hidden-stop.ts';
import type { Sentence } from './sentence.ts';

const nlp = winkNLP(model, ['sbd']);
const { its } = nlp;

/** The sentences of all blocks, headings included, in the order of the document. */
export function splitSentences(blocks: readonly Block[]): Sentence[] {
  const sentences: Sentence[] = [];
  for (const { kind, text } of blocks) {
    let first = true;
    for (const pieces of piecesOf(text)) {
      sentences.push({ ...describe(pieces), index: sentences.length, kind, first });
      first = false;
    }
  }
  return sentences;
}

/** Runs of characters without a space that are longer are no words: data, rulers, encoded files. */
const LONGEST_RUN = 200;
const LONGEST_PIECE = 4000;
const WIDE_STOP = /(?<=[。！？])/u;

/** The sentences of one block, each as the pieces that the model had cut it into. */
function* piecesOf(text: string): Generator<readonly ItemSentence[]> {
  const prose = text.split(' ').filter((run) => run.length <= LONGEST_RUN || WIDE_STOP.test(run));
  for (const part of prose.join(' ').split(WIDE_STOP)) {
    for (const piece of shortPieces(part)) yield* joinPieces(piece);
  }
}

/** The time that the model takes grows faster than a text without spaces, so none gets long. */
function* shortPieces(text: string): Generator<string> {
  let rest = text
    .split(' ')
    .flatMap((run) => run.match(RUN) ?? [])
    .join(' ');
  while (rest.length > LONGEST_PIECE) {
    const stop = rest.lastIndexOf('. ', LONGEST_PIECE);
    const space = stop > 0 ? stop + 1 : rest.lastIndexOf(' ', LONGEST_PIECE);
    yield rest.slice(0, space);
    rest = rest.slice(space + 1);
  }
  if (rest.trim() !== '') yield rest;
}

const RUN = new RegExp(`.{1,${LONGEST_RUN}}`, 'gsu');

/**
 * Joins what the model cut apart in the middle: `evt.os.task.routed` at its dots, and what follows
 * direct speech in small letters.
 */
function* joinPieces(text: string): Generator<readonly ItemSentence[]> {
  const sentences = nlp.readDoc(text).sentences();
  const pieces: ItemSentence[] = [];
  sentences.each((piece: ItemSentence) => {
    pieces.push(piece);
  });
  let open: ItemSentence[] = [];
  for (const piece of pieces) {
    if (open.length > 0 && !continues(open.at(-1), piece)) {
      yield open;
      open = [];
    }
    open.push(piece);
  }
  if (open.length > 0) yield open;
}

function continues(before: ItemSentence | undefined, piece: ItemSentence): boolean {
  if (spaceBefore(piece) === '') return true;
  return /["”’)\]]$/.test(before?.out() ?? '') && /^\p{Ll}/u.test(piece.out());
}

const WORD = /\p{L}/u;

function describe(pieces: readonly ItemSentence[]): Pick<Sentence, 'text' | 'words' | 'stems' | 'surfaces'> {
  const text = pieces.map((piece) => spaceBefore(piece) + piece.out()).join('');
  const stems = new Map<string, number>();
  const surfaces: [string, string][] = [];
  let words = 0;
  for (const piece of pieces) {
    for (const token of tokensOf(piece)) {
      words += 1;
      if (token.stop || token.value.length < 2) continue;
      stems.set(token.stem, (stems.get(token.stem) ?? 0) + 1);
      surfaces.push([token.stem, token.value]);
    }
  }
  return { text: showStops(text).trim(), words, stems, surfaces };
}

interface Token {
  readonly value: string;
  readonly stem: string;
  /** Whether it says nothing of the topic: a stop word, or a part of an identifier. */
  readonly stop: boolean;
}

function tokensOf(piece: ItemSentence): Token[] {
  const tokens = piece.tokens();
  const values = tokens.out();
  const stems = tokens.out(its.stem);
  const stops = tokens.out(its.stopWordFlag) as readonly boolean[];
  const spaces = tokens.out(its.precedingSpaces);
  const glued = (index: number) => spaces[index] === '' && index > 0;
  const inIdentifier = (index: number) =>
    (glued(index) && joinsIdentifier(values[index - 1])) ||
    (glued(index + 1) && glued(index + 2) && joinsIdentifier(values[index + 1]));
  return values.flatMap((value, index) => {
    if (!WORD.test(value)) return [];
    return [{ value, stem: stems[index] ?? value, stop: stops[index] === true || inIdentifier(index) }];
  });
}

function spaceBefore(piece: ItemSentence): string {
  return piece.tokens().itemAt(0).out(its.precedingSpaces);
}
