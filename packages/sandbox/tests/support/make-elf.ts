/** An ELF file with nothing in it but what it says about itself. */
export function makeElf({
  interpreter,
  needed = [],
  runpath,
  machine = 62,
}: {
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly runpath?: string;
  readonly machine?: number;
}): Buffer {
  const texts = ['', ...needed, runpath ?? '', interpreter ?? ''];
  const offsets = texts.map((_, index) => texts.slice(0, index).join('\0').length + (index > 0 ? 1 : 0));
  const strings = Buffer.from(`${texts.join('\0')}\0`);
  const [headers, dynamicAt] = [64, 64 + 3 * 56];
  const tags: [number, number][] = [
    ...needed.map((_, index): [number, number] => [1, offsets[index + 1] ?? 0]),
    ...(runpath === undefined ? [] : [[29, offsets[needed.length + 1] ?? 0] as [number, number]]),
  ];
  const stringsAt = dynamicAt + (tags.length + 3) * 16;
  tags.push([5, stringsAt], [10, strings.length], [0, 0]);
  const file = Buffer.alloc(stringsAt + strings.length);
  file.writeUInt32BE(0x7f45_4c46, 0);
  file.set([2, 1, 1], 4);
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(machine, 18);
  file.writeBigUInt64LE(BigInt(headers), 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(3, 56);
  const segment = (index: number, type: number, offset: number, size: number) => {
    const at = headers + index * 56;
    file.writeUInt32LE(type, at);
    for (const [field, value] of [
      [8, offset],
      [16, offset],
      [32, size],
    ] as const)
      file.writeBigUInt64LE(BigInt(value), at + field);
  };
  segment(0, 1, 0, file.length);
  segment(1, 2, dynamicAt, tags.length * 16);
  const interpreterAt = stringsAt + (offsets.at(-1) ?? 0);
  segment(2, interpreter === undefined ? 0 : 3, interpreterAt, (interpreter ?? '').length + 1);
  for (const [index, [tag, value]] of tags.entries()) {
    file.writeBigUInt64LE(BigInt(tag), dynamicAt + index * 16);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + index * 16 + 8);
  }
  strings.copy(file, stringsAt);
  return file;
}
