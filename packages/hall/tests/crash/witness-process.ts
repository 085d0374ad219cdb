/** A witness as a process of its own: `node witness-process.ts FILE PRIVATE_PEM ORIGIN PUBLIC_KEY`. */
import { signingKeyFromPem } from '@wcp/evidence';
import { serveWitness } from '../../src/witness-host/serve-witness.ts';

const [file = '', pem = '', origin = '', publicKey = ''] = process.argv.slice(2);
const { url } = await serveWitness({
  ...{ name: 'witness.example/w1', key: signingKeyFromPem(pem), file, host: '127.0.0.1', port: 0 },
  logs: [{ origin, keys: [{ publicKey, from_size: 0 }] }],
});
process.stdout.write(`${url}\n`);
