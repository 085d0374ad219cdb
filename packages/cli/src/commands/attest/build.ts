import { join } from 'node:path';
import { buildManifest, packageHash, type SigningKey, signManifest, writeManifest } from '@wcp/evidence';
import { type DsseEnvelope, signManifestHmac } from '@wcp/evidence/package';
import type { Manifest } from '@wcp/spec';
import { type Command, Option } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { refuseExisting } from '../../base/write-file.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadSigningKey } from '../../input/keys.ts';
import { hmacKeyFrom, inFolder, packageMembers } from '../../input/package-folder.ts';
import { jsonText } from '../../print/json.ts';
import { escaped, rows } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { type IdentityOptions, identityOf } from './identity-options.ts';

interface BuildOptions extends IdentityOptions {
  readonly version?: string;
  readonly key?: string;
  readonly hmacEnv?: boolean;
  readonly source: Manifest['build_source'];
  readonly force?: boolean;
  readonly json?: boolean;
}

const FILE = 'manifest.json';

/** `wcp attest build`: writes a signed manifest into a worker's package (section 8). */
export function addAttestBuild(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'build', {
    summary: `Hash a worker package and write a signed ${FILE} into it.`,
    example:
      'wcp attest build my-worker/ --worker-id org.acme.greeter --species wrk.hello.greeter --version 1.0.0 --key keys/wcp-key.pem',
    exits: '0 written, 2 wrong usage or bad input; nothing is written then.',
  });
  command
    .argument('<dir>', "the worker's package")
    .option('--worker-id <id>', 'the id of the worker (default: from its registry_record.json)')
    .option('--species <id>', 'its species (default: from its registry_record.json)')
    .option('--version <version>', 'its version (default: from its package.json)')
    .option('--key <file>', 'sign with this Ed25519 private key (a DSSE envelope)')
    .option('--hmac-env', 'sign with the HMAC key in WCP_ATTEST_HMAC_KEY (the older form)')
    .addOption(sourceOption())
    .option('--force', `replace an existing ${FILE}`)
    .action(async (dir: string, options: BuildOptions) => {
      const written = await inFolder(dir, () => buildAttestation(terminal, dir, options));
      terminal.write(options.json ? jsonText(written) : writtenText(dir, written));
    });
}

function sourceOption(): Option {
  return new Option('--source <where>', 'where the package was built')
    .choices(['local', 'ci', 'agent'])
    .default('local');
}

/** Everything is checked before anything is written. */
async function buildAttestation(terminal: Terminal, dir: string, options: BuildOptions): Promise<Manifest> {
  if ((options.key !== undefined) === (options.hmacEnv === true)) {
    throw usageError('Say how to sign: either --key FILE or --hmac-env.');
  }
  const identity = await identityOf(terminal, dir, options);
  const version = options.version ?? (await packageMembers(terminal, dir, 'package.json'))['version'];
  if (typeof version !== 'string' || version === '')
    throw usageError('--version is missing. Give one such as 1.0.0.');
  const sign = await signerOf(terminal, options);
  if (options.force !== true) await refuseExisting([join(dir, FILE)], 'Use --force to replace it.');
  const now = terminal.now();
  const manifest = buildManifest({
    ...identity,
    worker_version: version,
    package_hash: await packageHash(dir),
    built_at_utc: now,
    attested_at_utc: now,
    build_source: options.source,
  });
  await writeManifest(dir, sign(manifest));
  return manifest;
}

type Signer = (manifest: Manifest) => Manifest | DsseEnvelope;

async function signerOf(terminal: Terminal, { key }: BuildOptions): Promise<Signer> {
  if (key === undefined) {
    const secret = hmacKeyFrom(terminal.env);
    return (manifest) => signManifestHmac(manifest, secret);
  }
  const reader = new InputReader(terminal);
  const signingKey = await loadSigningKey(reader, key);
  reader.throwErrors();
  return (manifest) => signManifest(manifest, signingKey as SigningKey);
}

function writtenText(dir: string, { worker_id, worker_version, package_hash }: Manifest): string {
  return rows([
    ['worker', `${worker_id} ${escaped(worker_version)}`],
    ['hash', package_hash],
    ['manifest', escaped(join(dir, FILE))],
  ]);
}
