import { verifyPackage } from '@wcp/evidence';
import type { PackageVerification } from '@wcp/evidence/package';
import { authorityOf } from '@wcp/spec';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadAuthorityKeys } from '../../input/keys.ts';
import { hmacKeyFrom, inFolder } from '../../input/package-folder.ts';
import { attestMeaning } from '../../print/attest-meanings.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { type IdentityOptions, identityOf } from './identity-options.ts';

interface VerifyOptions extends IdentityOptions {
  readonly keys?: string;
  readonly hmacEnv?: boolean;
  readonly json?: boolean;
}

/** `wcp attest verify`: whether a worker's package is what its authority attested (section 8). */
export function addAttestVerify(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'verify', {
    summary: 'Verify a worker package against its signed manifest.',
    example:
      'wcp attest verify my-worker/ --worker-id org.acme.greeter --species wrk.hello.greeter --keys keys/wcp-key.pub.pem',
    exits: '0 attested and unchanged, 1 not, 2 wrong usage or bad input.',
  });
  command
    .argument('<dir>', "the worker's package")
    .requiredOption('--worker-id <id>', 'the id that the worker must have')
    .requiredOption('--species <id>', 'the species that it must belong to')
    .option('--keys <file>', "the authority's public key: PEM, or JSON {authority: [hex]}")
    .option('--hmac-env', 'verify with the HMAC key in WCP_ATTEST_HMAC_KEY (the older form)')
    .action(async (dir: string, options: VerifyOptions) => {
      const result = await inFolder(dir, () => verify(terminal, dir, options));
      terminal.write(options.json ? jsonText(resultOf(result)) : resultText(dir, result));
      exitWith(result.ok ? EXIT.ok : EXIT.found);
    });
}

async function verify(terminal: Terminal, dir: string, options: VerifyOptions): Promise<PackageVerification> {
  if (options.keys === undefined && options.hmacEnv !== true) {
    throw usageError('Say how to verify the signature: --keys FILE or --hmac-env.');
  }
  const identity = await identityOf(terminal, dir, options);
  const reader = new InputReader(terminal);
  const authority = authorityOf(identity.worker_id) ?? '';
  const keys = options.keys === undefined ? null : await loadAuthorityKeys(reader, options.keys, authority);
  reader.throwErrors();
  return verifyPackage(dir, {
    ...identity,
    ...(keys !== null && { authority_keys: keys }),
    ...(options.hmacEnv === true && { hmac_key: hmacKeyFrom(terminal.env) }),
  });
}

function resultOf({ ok, findings, package_hash }: PackageVerification) {
  return { ok, deny_code: findings[0]?.code ?? null, package_hash };
}

function resultText(dir: string, result: PackageVerification): string {
  if (result.ok) return `${escaped(dir)}: attested and unchanged, ${result.package_hash}\n`;
  const [finding] = result.findings;
  return `${escaped(dir)}: ${finding.code}: ${attestMeaning(finding)}\n`;
}
