import { join } from 'node:path';
import { readRegularFile } from '@wcp/evidence/file';
import type { PolicyFinding, PolicyLoading, PolicySource } from '@wcp/policy';
import { z } from 'zod';
import { LAYOUT } from '../layout.ts';
import { text } from '../settings/fields.ts';

const URL = 'url must be the address of the server, such as https://opa.example.org:8181.';
const TOKEN_ENV = 'token_env must be the name of an environment variable that holds the token.';
const CA = 'ca must be a file of certificates in PEM, relative to this file.';

/** How a server of policies is reached; what of it is wrong otherwise is found when it is loaded. */
export const gateServer = {
  url: text(URL),
  token_env: z
    .string(TOKEN_ENV)
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, TOKEN_ENV)
    .exactOptional(),
  ca: text(CA).exactOptional(),
};

/** Where the files and variables of a gate are. */
export interface GatePlace {
  readonly dir: string;
  /** Null where variables are not looked at: no server may be asked then. */
  readonly env: Readonly<Record<string, string | undefined>> | null;
}

/** What a server is asked with, as `@wcp/policy` takes it. */
interface Reached {
  readonly token?: string;
  readonly ca?: string;
}

interface Reach {
  readonly token_env?: string;
  readonly ca?: string;
}

/**
 * A source whose token and certificates are read whenever it is loaded; the certificates are watched. What cannot be read
 * is a finding, and no server is asked without it.
 */
export function reachedSource(
  { token_env, ca }: Reach,
  { dir, env }: GatePlace,
  sourceWith: (reached: Reached) => PolicySource,
): PolicySource {
  const load = async (): Promise<PolicyLoading> => {
    const findings: PolicyFinding[] = [];
    const token = token_env === undefined ? undefined : env?.[token_env];
    if (token_env !== undefined && env !== null && (token ?? '') === '') findings.push(noToken(token_env));
    const trusted = ca === undefined ? undefined : await readCertificates(join(dir, ca));
    if (trusted === null) findings.push(noCertificates(ca ?? ''));
    if (findings.length > 0) return { ok: false, findings };
    const loading = await sourceWith({ ...(token && { token }), ...(trusted && { ca: trusted }) }).load();
    return token_env !== undefined && env === null
      ? withUnchecked(loading, uncheckedToken(token_env))
      : loading;
  };
  const source = sourceWith({});
  return { ...source, watched: ca === undefined ? source.watched : [...source.watched, join(dir, ca)], load };
}

function withUnchecked(loading: PolicyLoading, what: string): PolicyLoading {
  return loading.ok ? { ...loading, unchecked: [...(loading.unchecked ?? []), what] } : loading;
}

const uncheckedToken = (name: string) =>
  `Whether the environment variable ${name} holds a token was not checked.`;

const MAX_CERTIFICATES = 1_048_576;

async function readCertificates(file: string): Promise<string | null> {
  try {
    return (await readRegularFile(file, MAX_CERTIFICATES, { followsLinks: true })).toString('latin1');
  } catch {
    return null;
  }
}

function noToken(name: string): PolicyFinding {
  return {
    file: LAYOUT.server,
    line: null,
    code: 'POLICY_SERVER_TOKEN',
    message: `The environment variable ${name} is not set.`,
    remedy: 'Set it to the token of the policy server, or leave out token_env.',
  };
}

function noCertificates(file: string): PolicyFinding {
  return {
    file,
    line: null,
    code: 'POLICY_SERVER_CA',
    message: 'The certificates cannot be read.',
    remedy: 'Name a file in PEM as ca, or leave it out to trust the authorities that Node trusts.',
  };
}
