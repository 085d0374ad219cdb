import type { PackageFile } from '../base/package-file.ts';

const BLOCK = 512;
const MAX_NAME = 100;
/** Everybody may read and run, nobody may write: what is unpacked is bound read-only in addition. */
const MODE = 0o555;
const TYPE = { file: '0', extended: 'x' };

/** The files as a tar archive (POSIX.1-2001), which one descriptor carries however many they are. */
export function tarArchive(files: readonly PackageFile[]): Uint8Array {
  const parts = files.flatMap(({ path, bytes }) => {
    const name = Buffer.from(path);
    const isLong = name.length > MAX_NAME;
    const file = [
      header(isLong ? Buffer.from('long') : name, bytes.length, TYPE.file),
      bytes,
      padding(bytes.length),
    ];
    return isLong ? [...extendedPath(path), ...file] : file;
  });
  return Buffer.concat([...parts, Buffer.alloc(BLOCK * 2)]);
}

/** The record that gives the file after it a path of any length. */
function extendedPath(path: string): Buffer[] {
  const rest = ` path=${path}\n`;
  const length = Buffer.byteLength(rest);
  // The length counts its own digits.
  let total = length + 1;
  while (String(total).length + length !== total) total = String(total).length + length;
  const record = Buffer.from(total + rest);
  return [header(Buffer.from('path'), record.length, TYPE.extended), record, padding(record.length)];
}

function header(name: Buffer, size: number, type: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0);
  block.write(octal(MODE, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  // The sum counts its own field as spaces.
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
