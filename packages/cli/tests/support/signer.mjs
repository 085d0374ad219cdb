// A program that signs the log, with a key of its own. What it does with a request stands in a file, which is read each
// time: `signs`, or how it fails. It leaves its process id beside that file. Arguments: seed, file.
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [seed, file] = process.argv.slice(2);
const keyOf = (hex) => {
  const der = Buffer.from(`302e020100300506032b657004220420${hex}`, 'hex');
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
};
const key = keyOf(seed);
const public_key = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const signature = (by, data) => sign(null, Buffer.from(data, 'base64'), by).toString('base64');

const WAYS = {
  signs: ({ id, data }) => answer({ id, signature: signature(key, data) }),
  dies: () => process.exit(1),
  hangs: () => {},
  lies: ({ id, data }) => answer({ id, signature: signature(keyOf('ee'.repeat(32)), data) }),
  refuses: ({ id }) => answer({ id, error: 'the token is locked' }),
  babbles: () => process.stdout.write('this is no answer\n'),
  floods: () => process.stdout.write('x'.repeat(200_000)),
};

writeFileSync(`${file}.pid`, String(process.pid));
createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  if (request.op === 'public_key') answer({ id: request.id, public_key });
  else WAYS[readFileSync(file, 'utf8').trim()](request);
});
