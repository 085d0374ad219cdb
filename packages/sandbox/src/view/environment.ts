import { misuse } from '../base/errors.ts';

/** Variables that load code into a program or change where it finds code. */
const LOADING =
  /^(LD_.*|GCONV_PATH|GLIBC_TUNABLES|MALLOC_.*|NODE_(OPTIONS|PATH|REPL_.*|COMPILE_CACHE|V8_COVERAGE)|PYTHON(PATH|HOME|STARTUP|INSPECT|BREAKPOINT|USERBASE|PLATLIBDIR|EXECUTABLE)|BASH_ENV|ENV|PERL5.*|RUBY(OPT|LIB))$/;
/** Names that a secret must not have, because a runtime would read it as an instruction. */
const RESERVED =
  /^(LD_|NODE_|PYTHON|BASH_|PERL|RUBY|GIT_|SSL_|WCP_PERMIT|(PATH|HOME|TMPDIR|IFS|ENV|SHELL|LANG|LC_.*)$)/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A name that is a file's as well. */
const SECRET_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Checks variables that the operator gives. */
export function checkEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (!NAME.test(name)) throw misuse(`${JSON.stringify(name)} is not a name of a variable.`);
    if (LOADING.test(name))
      throw misuse(`The variable ${name} loads code that nobody attested. Take it out.`);
    if (value.includes('\0')) throw misuse(`The value of the variable ${name} has a NUL character.`);
  }
}

/** Checks secrets: each must be named by the envelope, and by a name that is harmless as a variable. */
export function checkSecrets(
  secrets: Readonly<Record<string, Uint8Array>>,
  allowed: readonly string[],
): void {
  for (const name of Object.keys(secrets)) {
    if (!allowed.includes(name))
      throw misuse(`The envelope does not name the secret ${JSON.stringify(name)}.`);
    if (!SECRET_NAME.test(name) || RESERVED.test(name)) {
      throw misuse(`A secret cannot be called ${JSON.stringify(name)}. Give it another name.`);
    }
  }
}

/** The secrets that can be variables: those that are text, under names that variables may have. */
export function secretVariables(secrets: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  const texts = Object.entries(secrets).flatMap(([name, bytes]) => {
    const text = NAME.test(name) ? textOf(bytes) : null;
    return text === null ? [] : [[name, text] as const];
  });
  return Object.fromEntries(texts);
}

function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
