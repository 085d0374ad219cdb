import { shareOf, unitVector, weightOf } from '../src/text-vector.ts';
import { MAGIC } from '../src/word-vectors.ts';

const VECTORS = ',"vectors":{';
const CLOSING_BRACKET = 0x5d;
/** The greatest value of a component after scaling. */
const GREATEST = 127;

/**
 * Packs the word vectors of the JSON of wink-embeddings into the form that `WordVectors` reads: the words
 * sorted by their bytes, each component as eight bits and a scale for each word. The JSON is read entry
 * by entry, because as a whole it takes 1.7 GB of memory to parse.
 *
 * @throws {Error} for JSON with another layout than that of the package
 */
export function packVectors(json: Buffer, model: string): Buffer {
  const at = json.indexOf(VECTORS);
  const { words, dimensions } = readHead(json, at);
  const sorted = words.map((word, rank) => ({ rank, bytes: Buffer.from(word) }));
  sorted.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const places = new Uint32Array(words.length);
  for (const [place, { rank }] of sorted.entries()) places[rank] = place;
  const { scales, components, common } = packEntries(
    json,
    at + VECTORS.length,
    { words, dimensions },
    places,
  );
  const texts = sorted.map(({ bytes }) => bytes);
  const text_bytes = texts.reduce((bytes, { length }) => bytes + length, 0);
  return Buffer.concat([
    headerOf({ model, dimensions, words: words.length, text_bytes, common }),
    bytesOf(endsOf(texts)),
    bytesOf(Uint32Array.from(sorted, ({ rank }) => rank)),
    bytesOf(scales),
    bytesOf(components),
    ...texts,
  ]);
}

function packEntries(json: Buffer, start: number, { words, dimensions }: Head, places: Uint32Array) {
  const scales = new Float32Array(words.length);
  const components = new Int8Array(words.length * dimensions);
  const average = new Float64Array(dimensions);
  readEntries(json, start, words, (rank, entry) => {
    const vector = entry.slice(0, dimensions);
    const place = places[rank] ?? 0;
    const scale = Math.max(...vector.map(Math.abs)) / GREATEST;
    const weight = shareOf(rank, words.length) * weightOf(rank, words.length);
    scales[place] = scale;
    for (const [k, value] of vector.entries()) {
      components[place * dimensions + k] = scale === 0 ? 0 : Math.round(value / scale);
      average[k] = (average[k] ?? 0) + weight * value;
    }
  });
  return { scales, components, common: unitVector(average) ?? [...average] };
}

interface Head {
  readonly words: readonly string[];
  readonly dimensions: number;
}

function readHead(json: Buffer, end: number): Head {
  const head = JSON.parse(`${json.toString('utf8', 0, Math.max(0, end))}}`);
  if (head.wordIndex !== head.dimensions + 1 || head.size !== head.words.length) throw otherLayout();
  return head;
}

/** Reads `"word":[components, norm, rank],…`, the words in the order of their ranks. */
function readEntries(
  json: Buffer,
  start: number,
  words: readonly string[],
  use: (rank: number, entry: readonly number[]) => void,
): void {
  let at = start;
  for (const [rank, word] of words.entries()) {
    at += Buffer.byteLength(`${JSON.stringify(word)}:`);
    const end = json.indexOf(CLOSING_BRACKET, at) + 1;
    const entry = JSON.parse(json.toString('latin1', at, end));
    if (entry.at(-1) !== rank) throw otherLayout();
    use(rank, entry);
    at = end + 1;
  }
}

function headerOf(header: object): Buffer {
  const text = JSON.stringify(header);
  // Padded with spaces, so that the numbers behind it are aligned to four bytes.
  const length = Math.ceil((text.length + 4) / 8) * 8 - 4;
  const size = Buffer.alloc(4);
  size.writeUInt32LE(length);
  return Buffer.concat([Buffer.from(MAGIC), size, Buffer.from(text.padEnd(length))]);
}

function endsOf(texts: readonly Buffer[]): Uint32Array {
  let end = 0;
  return Uint32Array.from(texts, ({ length }) => {
    end += length;
    return end;
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function otherLayout(): Error {
  return new Error('The word vectors have another layout than this script expects.');
}
