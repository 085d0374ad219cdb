import { divideScripts, isUnspaced, wordsOf as wordsInOrder } from '@wcp-workers/shared-text';
import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItsFunction } from 'wink-nlp';
import { isFunctionWord } from './function-words.ts';

/** The words of a sentence. */
export interface Words {
  /** How many words it has, stop words included. */
  readonly count: number;
  /** Its stems without stop words, each with how often it occurs. */
  readonly stems: ReadonlyMap<string, number>;
  /** The words behind the stems, as they are written. */
  readonly surfaces: readonly (readonly [stem: string, word: string])[];
}

const nlp = winkNLP(model, []);
const { its } = nlp;
/** The package's own types lack a parameter of this function. */
const stemOf = its.stem as unknown as ItsFunction<string>;

/** Reads the words of a sentence. */
export function wordsOf(sentence: string): Words {
  const stems = new Map<string, number>();
  const surfaces: [string, string][] = [];
  const tokens = tokensOf(sentence);
  for (const { value, stem, isStop } of tokens) {
    if (isStop || (value.length < 2 && !isUnspaced(value))) continue;
    stems.set(stem, (stems.get(stem) ?? 0) + 1);
    surfaces.push([stem, value]);
  }
  return { count: tokens.length, stems, surfaces };
}

/** A word in a script without spaces is its own stem. */
function unspacedTokens(text: string): Token[] {
  return wordsInOrder(text).flatMap((value) =>
    WORD.test(value) ? [{ value, stem: value, isStop: isFunctionWord(value) }] : [],
  );
}

interface Token {
  readonly value: string;
  readonly stem: string;
  /** Whether it says nothing of the topic: a stop word, or a part of an identifier. */
  readonly isStop: boolean;
}

const WORD = /\p{L}/u;
/** What joins the parts of an identifier such as `evt.os.task_routed`. */
const JOINER = /^[._]+$/;

function tokensOf(sentence: string): Token[] {
  const { spaced, unspaced } = divideScripts(sentence);
  return [...spacedTokens(spaced), ...unspacedTokens(unspaced)];
}

function spacedTokens(text: string): Token[] {
  const tokens = nlp.readDoc(shortRuns(text)).tokens();
  const values = tokens.out();
  const stems = tokens.out(stemOf);
  const stops = tokens.out(its.stopWordFlag) as readonly boolean[];
  const spaces = tokens.out(its.precedingSpaces);
  const isGlued = (index: number) => index > 0 && spaces[index] === '';
  const isJoiner = (index: number) => JOINER.test(values[index] ?? '');
  const isInIdentifier = (index: number) =>
    (isGlued(index) && isJoiner(index - 1)) ||
    (isGlued(index + 1) && isGlued(index + 2) && isJoiner(index + 1));
  return values.flatMap((value, index) => {
    if (!WORD.test(value)) return [];
    return [{ value, stem: stems[index] ?? value, isStop: stops[index] === true || isInIdentifier(index) }];
  });
}

/** The time that the model takes grows faster than a run of characters without a space. */
const RUN = /[^ ]{1,200}/gu;

function shortRuns(text: string): string {
  return text.match(RUN)?.join(' ') ?? '';
}
