import { type SigningKey, signingKeyFromPem } from '@wcp/evidence';
import { type CommandSigner, openCommandSigner, type Signer, type SignerCommand } from '@wcp/evidence/key';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';

/** Where the signatures of a log come from: a key in this process, or a program. */
export type SignerSource = SigningKey | SignerCommand;

/** The same, as it crosses to another thread. */
export type SentSource = { readonly pem: string } | SignerCommand;

/** Who signs a log, before the programs among them are started. */
export interface StorageIdentity extends Omit<LedgerIdentity, 'key' | 'next'> {
  readonly key: SignerSource;
  readonly next?: SignerSource;
}

/** A source that can cross to another thread. */
export function sentSource(source: SignerSource): SentSource {
  return 'command' in source ? source : { pem: source.exportPrivatePem() };
}

/** A source that came from another thread. */
export function receivedSource(source: SentSource): SignerSource {
  return 'pem' in source ? signingKeyFromPem(source.pem) : source;
}

/** The signers of one log: the programs among them run until they are closed. */
export class OpenSigners {
  readonly #programs: CommandSigner[] = [];

  /** @throws {WcpError} `ERR_WCP_SIGNER` where its program does not start */
  async open(source: SignerSource): Promise<Signer> {
    if (!('command' in source)) return source;
    const signer = await openCommandSigner(source);
    this.#programs.push(signer);
    return signer;
  }

  /** The identity of a ledger in this thread. */
  async identity({ key, next, ...others }: StorageIdentity): Promise<LedgerIdentity> {
    const opened = await this.open(key);
    return { ...others, key: opened, ...(next !== undefined && { next: await this.open(next) }) };
  }

  close(): void {
    for (const program of this.#programs) program.close();
  }
}
