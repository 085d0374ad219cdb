// A signer in a process of its own. The first argument is its seed, the second how it fails: `dies`, `hangs`, `lies`
// (signs with another key), `refuses`, `babbles`, `floods`, `mute` (says no public key).
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { createInterface } from 'node:readline';

const [seed, how] = process.argv.slice(2);
const keyOf = (hex) =>
  createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${hex}`, 'hex'),
    format: 'der',
    type: 'pkcs8',
  });
const key = keyOf(seed);
const public_key = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');

const WAYS = {
  dies: () => process.exit(1),
  hangs: () => {},
  lies: ({ id, data }) => answer({ id, signature: signed(keyOf('ee'.repeat(32)), data) }),
  refuses: ({ id }) => answer({ id, error: 'the token is locked' }),
  babbles: () => answer({ id: 99_999, signature: '' }),
  floods: () => process.stdout.write('x'.repeat(200_000)),
};

function signed(by, data) {
  return sign(null, Buffer.from(data, 'base64'), by).toString('base64');
}

function answer(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  if (request.op === 'public_key')
    answer(how === 'mute' ? { id: request.id } : { id: request.id, public_key });
  else if (Object.hasOwn(WAYS, how)) WAYS[how](request);
  else answer({ id: request.id, signature: signed(key, request.data) });
});
