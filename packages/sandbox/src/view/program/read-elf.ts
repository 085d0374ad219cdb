/** Reads bytes of a file; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Buffer;

/** What a program or library says about what it needs. */
export interface ElfNeeds {
  /** 62 for x86-64, 183 for arm64. */
  readonly machine: number;
  /** The loader; null for a library and for a program that needs nothing. */
  readonly interpreter: string | null;
  /** The names of its libraries. */
  readonly needed: readonly string[];
  /** Where it looks for them first, as it is written. */
  readonly folders: readonly string[];
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const TYPE = { load: 1, dynamic: 2, interpreter: 3 };
const TAG = { end: 0, needed: 1, strings: 5, stringsSize: 10, rpath: 15, runpath: 29 };
/** More is no program, but something that wants to keep a reader busy. */
const MAX_SEGMENTS = 256;
const MAX_BYTES = 1 << 20;

/**
 * What an ELF file of 64 bits needs; null where it is none. Nothing of it runs, and whatever it says, no more than a
 * few MiB are read.
 */
export function readElf(read: ReadAt): ElfNeeds | null {
  const header = read(0, 64);
  const isElf = header.length === 64 && header.readUInt32BE(0) === 0x7f45_4c46;
  // Class 2: 64 bits. Data 1: little-endian.
  if (!isElf || header[4] !== 2 || header[5] !== 1) return null;
  const segments = readSegments(read, header);
  const interpreter = segments.find(({ type }) => type === TYPE.interpreter);
  const tags = readDynamic(read, segments);
  const texts = readTexts(read, segments, tags);
  return {
    machine: header.readUInt16LE(18),
    interpreter: interpreter === undefined ? null : textAt(readPart(read, interpreter), 0),
    needed: texts(TAG.needed),
    folders: (texts(TAG.runpath)[0] ?? texts(TAG.rpath)[0] ?? '').split(':').filter(Boolean),
  };
}

function readSegments(read: ReadAt, header: Buffer): Segment[] {
  const start = Number(header.readBigUInt64LE(32));
  const size = header.readUInt16LE(54);
  const count = Math.min(header.readUInt16LE(56), MAX_SEGMENTS);
  const bytes = read(start, size * count);
  const segments: Segment[] = [];
  for (let at = 0; size >= 56 && at + size <= bytes.length; at += size) {
    const word = (offset: number) => Number(bytes.readBigUInt64LE(at + offset));
    segments.push({ type: bytes.readUInt32LE(at), offset: word(8), address: word(16), size: word(32) });
  }
  return segments;
}

/** The tags of the dynamic section with their values. */
function readDynamic(read: ReadAt, segments: readonly Segment[]): (readonly [number, number])[] {
  const dynamic = segments.find(({ type }) => type === TYPE.dynamic);
  const bytes = dynamic === undefined ? Buffer.alloc(0) : readPart(read, dynamic);
  const tags: (readonly [number, number])[] = [];
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const tag = Number(bytes.readBigInt64LE(at));
    if (tag === TAG.end) break;
    tags.push([tag, Number(bytes.readBigUInt64LE(at + 8))]);
  }
  return tags;
}

/** Looks up the texts of a tag. */
function readTexts(
  read: ReadAt,
  segments: readonly Segment[],
  tags: readonly (readonly [number, number])[],
): (tag: number) => string[] {
  const firstOf = (tag: number) => tags.find(([each]) => each === tag)?.[1];
  const address = firstOf(TAG.strings) ?? 0;
  const home = segments.find(
    (each) => each.type === TYPE.load && address >= each.address && address < each.address + each.size,
  );
  if (home === undefined) return () => [];
  const offset = home.offset + address - home.address;
  const strings = readPart(read, { offset, size: firstOf(TAG.stringsSize) ?? 0 });
  return (tag) => tags.filter(([each]) => each === tag).map(([, at]) => textAt(strings, at));
}

function readPart(read: ReadAt, { offset, size }: Pick<Segment, 'offset' | 'size'>): Buffer {
  return read(offset, Math.min(size, MAX_BYTES));
}

function textAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('latin1', at, end < 0 ? bytes.length : end);
}
