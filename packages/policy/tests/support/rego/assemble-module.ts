import { ByteReader, functionsOf, readOpaRuntime, type Section } from './opa-runtime.ts';

/** A condition on the input: the value at a path, compared as Rego compares. It fails where there is no value. */
export interface Condition {
  readonly path: readonly string[];
  readonly is: '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly than: unknown;
}

/** What the module does: the first rule whose conditions all hold gives the value; without one it is undefined. */
export interface Rule {
  readonly when: readonly Condition[];
  readonly gives: { readonly value: unknown } | 'traps' | 'hangs';
}

/**
 * Assembles a module as the compiler of OPA does (ABI 1.2): the runtime of OPA, unchanged, with data, a start function and
 * the entry point added. The rules are written as instructions here and not compiled from Rego: its compiler is not to be
 * had without a program of OPA.
 */
export function assembleModule(entrypoint: string, rules: readonly Rule[]): Uint8Array<ArrayBuffer> {
  const runtime = readOpaRuntime();
  const texts = new TextTable();
  const functions = functionsOf(runtime);
  const named = (name: string) => number(functions.get(name) ?? fail(name));
  const count = vectorLength(section(runtime, 3)) + IMPORTED_FUNCTIONS;
  const bodies = [
    body(literal(texts, {}, named), END),
    body(literal(texts, { [entrypoint]: 0 }, named), END),
    body(evaluation(texts, rules, named), END),
  ];
  const start = body(constant(texts.end), CALL, named('opa_malloc_init'), CALL, named('opa_mpd_init'), END);
  const [voidType, valueType, evalType] = [14, 12, 5];
  const parts = new Map<number, Buffer>([
    [2, append(section(runtime, 2), [[name('env'), name('memory'), [0x02, 0x00, 0x02]]])],
    [3, append(section(runtime, 3), [[[valueType]], [[valueType]], [[evalType]], [[voidType]]])],
    [
      6,
      append(section(runtime, 6), [
        [[0x7f, 0x00], constant(1), [END]],
        [[0x7f, 0x00], constant(2), [END]],
      ]),
    ],
    [7, append(section(runtime, 7), exportsFrom(count))],
    [8, bytes(number(count + 3))],
    [
      10,
      append(
        redirectEval(section(runtime, 10), functions, count + 2),
        [...bodies, start].map((each) => [each]),
      ),
    ],
    [
      11,
      append(section(runtime, 11), [
        [[0x00], constant(texts.start), [END], number(texts.bytes.length), texts.bytes],
      ]),
    ],
  ]);
  const order = [1, 2, 3, 4, 6, 7, 8, 9, 10, 11];
  const sections = order.map((id) => ({ id, bytes: parts.get(id) ?? section(runtime, id) }));
  return new Uint8Array(
    bytes(
      '\0asm',
      [1, 0, 0, 0],
      ...sections.flatMap((each) => [[each.id], number(each.bytes.length), each.bytes]),
    ),
  );
}

const IMPORTED_FUNCTIONS = 6;
const [CALL, END, LOCAL_GET, LOCAL_SET, BLOCK, LOOP, BR, BR_IF, EQZ, STORE, LOAD, VOID] = [
  0x10, 0x0b, 0x20, 0x21, 0x02, 0x03, 0x0c, 0x0d, 0x45, 0x36, 0x28, 0x40,
];
/** Comparisons of what `opa_value_compare` gives with zero. */
const COMPARISONS = { '==': 0x46, '!=': 0x47, '<': 0x48, '>': 0x4a, '<=': 0x4c, '>=': 0x4e } as const;
/** Where `input` and `result` are in the context of an evaluation. */
const [INPUT, RESULT] = [0, 8];

type Bytes = Buffer | readonly number[] | string;
type Named = (name: string) => Buffer;

/** `eval(context)`: local 0 is the context, local 1 a value. */
function evaluation(texts: TextTable, rules: readonly Rule[], named: Named): Buffer {
  const done = (value: unknown) =>
    bytes([LOCAL_GET, 0], literal(texts, value, named), [STORE, 2, RESULT], constant(0), [0x0f]);
  const rule = ({ when, gives }: Rule) => {
    const held = when.map((each) => condition(texts, each, named));
    if (gives === 'traps') return bytes([BLOCK, VOID], ...held, [0x00, END]);
    if (gives === 'hangs') return bytes([BLOCK, VOID], ...held, [LOOP, VOID, BR, 0, END, END]);
    return bytes([BLOCK, VOID], ...held, done([{ result: gives.value }]), [END]);
  };
  return bytes(...rules.map(rule), done([]), constant(0));
}

/** Leaves the block where the condition does not hold. */
function condition(texts: TextTable, { path, is, than }: Condition, named: Named): Buffer {
  const steps = path.map((key) =>
    bytes([LOCAL_GET, 1], literal(texts, key, named), [CALL], named('opa_value_get'), [LOCAL_SET, 1]),
  );
  return bytes(
    [LOCAL_GET, 0, LOAD, 2, INPUT, LOCAL_SET, 1],
    ...steps,
    [LOCAL_GET, 1, EQZ, BR_IF, 0, LOCAL_GET, 1],
    literal(texts, than, named),
    [CALL],
    named('opa_value_compare'),
    constant(0),
    [COMPARISONS[is], EQZ, BR_IF, 0],
  );
}

/** A value of OPA, read from the data of the module. */
function literal(texts: TextTable, value: unknown, named: Named): Buffer {
  const { at, length } = texts.add(JSON.stringify(value));
  return bytes(constant(at), constant(length), [CALL], named('opa_json_parse'));
}

/** The texts behind the data of the runtime; the heap begins where they end. */
class TextTable {
  /** `__heap_base` of the runtime. */
  readonly start = 119_376;
  #text = Buffer.alloc(0);

  get bytes(): Buffer {
    return this.#text;
  }

  get end(): number {
    return Math.ceil((this.start + this.#text.length) / 16) * 16;
  }

  add(text: string): { readonly at: number; readonly length: number } {
    const at = this.start + this.#text.length;
    const added = Buffer.from(text);
    this.#text = Buffer.concat([this.#text, added]);
    return { at, length: added.length };
  }
}

/** The runtime calls a function `eval` that does nothing; it gets the body of a call to ours. */
function redirectEval(code: Buffer, functions: ReadonlyMap<string, number>, target: number): Buffer {
  const place = (functions.get('eval') ?? fail('eval')) - IMPORTED_FUNCTIONS;
  const reader = new ByteReader(code);
  const total = reader.number();
  const bodies = Array.from({ length: total }, () => reader.bytes(reader.number()));
  bodies[place] = bytes([0, LOCAL_GET, 0, CALL], number(target), [END]);
  return bytes(number(total), ...bodies.flatMap((each) => [number(each.length), each]));
}

function exportsFrom(first: number): Bytes[][] {
  return [
    [name('builtins'), [0x00], number(first)],
    [name('entrypoints'), [0x00], number(first + 1)],
    [name('eval'), [0x00], number(first + 2)],
    [name('opa_wasm_abi_version'), [0x03], number(2)],
    [name('opa_wasm_abi_minor_version'), [0x03], number(3)],
  ];
}

function section(sections: readonly Section[], id: number): Buffer {
  return sections.find((each) => each.id === id)?.bytes ?? fail(`section ${id}`);
}

function append(vector: Buffer, added: readonly (readonly Bytes[])[]): Buffer {
  const reader = new ByteReader(vector);
  const length = reader.number();
  const rest = vector.subarray(number(length).length);
  return bytes(number(length + added.length), rest, ...added.flat());
}

function vectorLength(vector: Buffer): number {
  return new ByteReader(vector).number();
}

/** A function's code, with one local of 32 bits beside its parameters. */
function body(...code: readonly (Bytes | number)[]): Buffer {
  const all = bytes([1, 1, 0x7f], ...code.map((each) => (typeof each === 'number' ? [each] : each)));
  return bytes(number(all.length), all);
}

function constant(value: number): Buffer {
  const coded: number[] = [0x41];
  for (let rest = value; ; rest >>= 7) {
    const isLast = rest < 64;
    coded.push((rest & 127) | (isLast ? 0 : 128));
    if (isLast) return bytes(coded);
  }
}

function number(value: number): Buffer {
  const coded: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    coded.push((rest % 128) | (rest < 128 ? 0 : 128));
    if (rest < 128) return bytes(coded);
  }
}

function name(text: string): Buffer {
  return bytes(number(text.length), text);
}

function bytes(...parts: readonly Bytes[]): Buffer {
  return Buffer.concat(parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(part as string))));
}

function fail(what: string): never {
  throw new Error(`The runtime of OPA has no ${what}.`);
}
