import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemSentence, type ItsFunction } from 'wink-nlp';
import type { Block } from './block.ts';
import { joinsIdentifier, showStops } from './hidden-stop.ts';
import type { Sentence } from './sentence.ts';
import { textPieces } from './text-pieces.ts';

const nlp = winkNLP(model, ['sbd']);
const { its } = nlp;
/** The package's own types lack a parameter of this function. */
const stemOf = its.stem as unknown as ItsFunction<string>;

/** The sentences of all blocks, headings included, in the order of the document. */
export function splitSentences(blocks: readonly Block[]): Sentence[] {
  const sentences: Sentence[] = [];
  for (const { kind, text } of blocks) {
    let first = true;
    for (const pieces of textPieces(text).flatMap(joinPieces)) {
      sentences.push({ ...describe(pieces), index: sentences.length, kind, first });
      first = false;
    }
  }
  return sentences;
}

/**
 * Joins what the model cut apart in the middle: `evt.os.task.routed` at its dots, and what follows
 * direct speech in small letters.
 */
function joinPieces(text: string): ItemSentence[][] {
  const joined: ItemSentence[][] = [];
  nlp
    .readDoc(text)
    .sentences()
    .each((piece: ItemSentence) => {
      const open = joined.at(-1);
      if (open !== undefined && continues(open.at(-1), piece)) open.push(piece);
      else joined.push([piece]);
    });
  return joined;
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
  const stems = tokens.out(stemOf);
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
