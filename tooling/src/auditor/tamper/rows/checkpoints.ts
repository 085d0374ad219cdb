import { readFileSync, writeFileSync } from 'node:fs';
import type { EvidenceCopy } from '../evidence-copy.ts';
import { checkpointOf, replaceCheckpoint, STRANGER, stolenKey } from '../forge.ts';
import { rowsOf, type Tampering } from '../tampering.ts';

const MARK = '\u2014 ';
const newest = (change: (note: string) => string) => (copy: EvidenceCopy) => replaceCheckpoint(copy, change);
const line = (at: number, change: (line: string) => string) =>
  newest((note) =>
    note
      .split('\n')
      .map((each, index) => (index === at ? change(each) : each))
      .join('\n'),
  );

/** The base64 of a signature line with one of its bytes changed. */
const withByte = (at: number) => (text: string) => {
  const [mark, name, base64 = ''] = text.split(' ');
  const bytes = Buffer.from(base64, 'base64');
  bytes[at] = (bytes.at(at) ?? 0) ^ 1;
  return [mark, name, bytes.toString('base64')].join(' ');
};
/** Four bytes of the name of the key come first; in a cosignature eight of time follow. */
const [KEY_HASH, TIME, SIGNATURE] = [0, 11, 40];
const [SIZE, ROOT, LOG, W1, W2] = [1, 2, 4, 5, 6];

const NEWEST = rowsOf('whole', [
  [
    'the origin of the checkpoint is changed',
    line(0, (text) => `${text}x`),
    'CHECKPOINT_ORIGIN_MISMATCH',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the size of the checkpoint is changed',
    line(SIZE, (text) => `${Number(text) - 1}`),
    'CHECKPOINT_SIGNATURE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the root of the checkpoint is changed',
    line(ROOT, () => Buffer.alloc(32).toString('base64')),
    'CHECKPOINT_SIGNATURE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the checkpoint gets a line more',
    line(ROOT, (text) => `${text}\nmore`),
    'CHECKPOINT_SIGNATURE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the root of the checkpoint is no hash',
    line(ROOT, () => 'nothing'),
    'CHECKPOINT_MALFORMED',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the signature of the checkpoint is changed',
    line(LOG, withByte(SIGNATURE)),
    'CHECKPOINT_SIGNATURE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the checkpoint names another key',
    line(LOG, withByte(KEY_HASH)),
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the checkpoint names another log beside its signature',
    line(LOG, (text) => text.replace(MARK, `${MARK}x`)),
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the signature of the log is left out',
    newest((note) => note.split('\n').toSpliced(LOG, 1).join('\n')),
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
  ],
  ['the checkpoint is cut', newest((note) => note.slice(0, 30)), 'CHECKPOINT_MALFORMED', 'LOG_NOT_WITNESSED'],
  ['a cosignature is changed', line(W1, withByte(SIGNATURE)), 'COSIGNATURE_INVALID', 'LOG_NOT_WITNESSED'],
  [
    'the time of a cosignature is changed',
    line(W2, withByte(TIME)),
    'COSIGNATURE_INVALID',
    'LOG_NOT_WITNESSED',
  ],
  ['a cosignature names another key', line(W2, withByte(KEY_HASH)), 'LOG_NOT_WITNESSED'],
  ['a cosignature names another witness', line(W2, (text) => text.replace('w2', 'w3')), 'LOG_NOT_WITNESSED'],
  [
    'a cosignature is left out',
    newest((note) => note.split('\n').toSpliced(W2, 1).join('\n')),
    'LOG_NOT_WITNESSED',
  ],
  [
    'one witness stands there twice',
    newest((note) =>
      note
        .split('\n')
        .with(W2, note.split('\n')[W1] ?? '')
        .join('\n'),
    ),
    'LOG_NOT_WITNESSED',
  ],
  [
    'the checkpoint is signed with a former key',
    signedBy(1),
    'CHECKPOINT_KEY_NOT_IN_FORCE',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the checkpoint is signed with the revoked key',
    signedBy(0),
    'CHECKPOINT_KEY_NOT_IN_FORCE',
    'LOG_NOT_WITNESSED',
  ],
  [
    'the checkpoint is signed with a key of nobody',
    byStranger,
    'CHECKPOINT_KEY_UNKNOWN',
    'LOG_NOT_WITNESSED',
  ],
  ['the newest checkpoint is left out', withoutNewest, 'END_NOT_COVERED', 'LOG_NOT_WITNESSED'],
  ['the checkpoint claims one receipt more', claimingMore, 'LOG_TAIL_MISSING', 'LOG_NOT_WITNESSED'],
]);

function signedBy(index: number) {
  return (copy: EvidenceCopy) => {
    const note = checkpointOf(copy, stolenKey(copy, index));
    replaceCheckpoint(copy, () => note);
  };
}

function byStranger(copy: EvidenceCopy): void {
  const note = checkpointOf(copy, STRANGER);
  replaceCheckpoint(copy, () => note);
}

function withoutNewest(copy: EvidenceCopy): void {
  const [, size] = copy.read('whole/checkpoint.txt').split('\n');
  copy.remove('whole/checkpoint.txt');
  copy.remove(`whole/checkpoints/${size}.txt`);
}

function claimingMore(copy: EvidenceCopy): void {
  const { length } = copy.values('whole/receipts.jsonl');
  const note = checkpointOf(copy, stolenKey(copy, -1), { size: length + 1 });
  replaceCheckpoint(copy, () => note);
}

/** The file of the earlier checkpoint, and of the timestamp on it. */
function earlier(copy: EvidenceCopy, ending: '.txt' | '.tsr'): string {
  const [first = ''] = copy.files('whole/checkpoints').filter((name) => name.endsWith('.tsr'));
  return `whole/checkpoints/${ending === '.tsr' ? first : first.replace('.0.tsr', '.txt')}`;
}

const stamp = (change: (bytes: Buffer) => Uint8Array) => (copy: EvidenceCopy) =>
  copy.bytes(earlier(copy, '.tsr'), change);

const EARLIER = rowsOf('whole', [
  [
    'the signature of an earlier checkpoint is changed',
    (copy) =>
      copy.text(earlier(copy, '.txt'), (note) =>
        note
          .split('\n')
          .with(LOG, withByte(SIGNATURE)(note.split('\n')[LOG] ?? ''))
          .join('\n'),
      ),
    'CHECKPOINT_SIGNATURE_INVALID',
  ],
  [
    'the root of an earlier checkpoint is changed',
    (copy) =>
      copy.text(earlier(copy, '.txt'), (note) =>
        note.split('\n').with(ROOT, Buffer.alloc(32).toString('base64')).join('\n'),
      ),
    'CHECKPOINT_SIGNATURE_INVALID',
    'TIMESTAMP_MISMATCH',
  ],
  [
    'an earlier checkpoint is left out, with a timestamp on it',
    (copy) => copy.remove(earlier(copy, '.txt')),
    'TIMESTAMP_MISMATCH',
  ],
  [
    'an earlier checkpoint is of another log, and signed',
    anotherRoot,
    'LOG_ROOT_MISMATCH',
    'TIMESTAMP_MISMATCH',
  ],
  ['the timestamp is no timestamp', stamp(() => Buffer.from('nothing')), 'TIMESTAMP_MALFORMED'],
  ['the timestamp is empty', stamp(() => Buffer.alloc(0)), 'TIMESTAMP_MALFORMED'],
  [
    'the signature of the timestamp is changed',
    stamp((bytes) => bytes.fill((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1)),
    'TIMESTAMP_SIGNATURE_INVALID',
  ],
  [
    'the timestamp is on something else',
    (copy) => replaceFrom(copy, 'thief/elsewhere.tsr'),
    'TIMESTAMP_MISMATCH',
  ],
  [
    'the timestamp is from another authority',
    (copy) => replaceFrom(copy, 'thief/another.tsr'),
    'TIMESTAMP_AUTHORITY_UNKNOWN',
  ],
  ['the timestamp is left out', (copy) => copy.remove(earlier(copy, '.tsr')), 'LOG_NOT_TIMESTAMPED'],
]);

function replaceFrom(copy: EvidenceCopy, from: string): void {
  writeFileSync(copy.at(earlier(copy, '.tsr')), readFileSync(copy.at(from)));
}

function anotherRoot(copy: EvidenceCopy): void {
  const file = earlier(copy, '.txt');
  const size = Number(copy.read(file).split('\n')[1]);
  const note = checkpointOf(copy, stolenKey(copy, 0), { size, root: `sha256:${'0'.repeat(64)}` });
  copy.text(file, () => note);
}

/** What is done to checkpoints, cosignatures and timestamps. */
export const CHECKPOINTS: readonly Tampering[] = [...NEWEST, ...EARLIER];
