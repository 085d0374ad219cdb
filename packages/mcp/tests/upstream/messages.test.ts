import { expect, test } from 'vitest';
import { EventReader } from '../../src/upstream/http/event-reader.ts';
import { MessageIdFinder } from '../../src/upstream/rpc/message-id.ts';
import { LogLines } from '../../src/upstream/stdio/log-lines.ts';
import { MessageReader } from '../../src/upstream/stdio/message-reader.ts';

/** Every way of cutting a text in two, and one byte at a time. */
function cuts(text: string): Uint8Array[][] {
  const bytes = Buffer.from(text);
  const halves = Array.from({ length: bytes.length + 1 }, (_, at) => [
    bytes.subarray(0, at),
    bytes.subarray(at),
  ]);
  return [...halves, [...bytes].map((byte) => Uint8Array.of(byte))];
}

const IDS: readonly (readonly [json: string, id: unknown])[] = [
  ['{"jsonrpc":"2.0","id":7,"result":{"id":1}}', 7],
  ['{"result":{"id":1,"a":[{"id":2}]},"jsonrpc":"2.0","id":"s-7"}', 's-7'],
  ['{ "result" : "\\"id\\":3, }{[" , "id" : 7 }', 7],
  ['{"result":{"id":1}}', null],
  ['{"id":{"id":1},"result":[]}', null],
  ['{"id":null}', null],
  ['{"x":"\\\\","id":7}', 7],
  ['[{"id":7}]', null],
  ['junk', null],
];

for (const [json, id] of IDS) {
  test(`The id of ${json} is ${JSON.stringify(id)}, however it comes in parts.`, () => {
    for (const parts of cuts(json)) {
      const finder = new MessageIdFinder();
      for (const part of parts) finder.push(part);
      expect(finder.id).toBe(id);
    }
  });
}

test('The id of a message does not cost memory: a name and a value are kept up to a bearable length.', () => {
  const finder = new MessageIdFinder();
  finder.push(Buffer.from(`{"${'x'.repeat(100_000)}":1,"a":"${'y'.repeat(100_000)}","id":7}`));
  expect(finder.id).toBe(7);
});

test('Lines are read however they come in parts, and one that is too long goes by.', () => {
  const text =
    '{"id":1,"result":1}\n{"id":2,"result":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}\n\nhello\n{"id":3,"result":3}\n';
  for (const parts of cuts(text)) {
    const reader = new MessageReader(40);
    const readings = parts.flatMap((part) => reader.push(part));
    expect(readings).toMatchObject([
      { kind: 'message', message: { id: 1 } },
      { kind: 'too_large', id: 2 },
      { kind: 'message', message: { id: 3 } },
    ]);
  }
});

test('Events are read however they come in parts, whatever ends their lines, and one that is too long goes by.', () => {
  const lines = [
    ': a comment',
    'id: 1',
    'retry: 7',
    'event: message',
    'data: a',
    'data:b',
    '',
    'data: cccccccccc',
    'data: dddddddddddd',
    '',
    'id: \u0000',
    'data',
    '',
    'data: e',
    '',
  ];
  for (const end of ['\n', '\r', '\r\n']) {
    for (const parts of cuts(`${lines.join(end)}${end}`)) {
      const events: string[] = [];
      let large = '';
      const reader = new EventReader(
        20,
        ({ name, data }) => events.push(`${name}|${Buffer.from(data)}`),
        (part) => {
          large += part === null ? '.' : Buffer.from(part).toString();
        },
      );
      for (const part of parts) reader.push(part);
      expect(events).toEqual(['message|a\nb', '|', '|e']);
      expect(large.endsWith('.')).toBe(true);
      expect(large).toContain('ddd');
      expect([reader.lastId, reader.retry_ms]).toEqual(['1', 7]);
    }
  }
});

test('What a server writes to standard error is cut to lines of a bearable length.', () => {
  const lines: string[] = [];
  const log = new LogLines((line) => lines.push(line));
  log.push(Buffer.from('one\n\ntw'));
  log.push(Buffer.from(`o\n${'x'.repeat(1_000_000)}`));
  log.push(Buffer.from('y\nlast'));
  expect(lines.map((line) => line.length)).toEqual([3, 3, 2_000]);
  expect(log.last).toHaveLength(2_000);
});
