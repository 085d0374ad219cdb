import { WcpError } from '@wcp/spec';

/** The variables of the gateway's own environment. */
export type Env = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Texts in which `${NAME}` and `${env:NAME}` are what the environment says, and `${NAME:-text}` is the text where it
 * says nothing: the forms in which clients write them. What comes to nothing is left out.
 *
 * @throws {WcpError} `ERR_WCP_MCP_CONFIG` for a variable that is not set; its message names no value
 */
export function expandVariables(
  texts: Readonly<Record<string, string>>,
  env: Env,
): Readonly<Record<string, string>> {
  const expanded = Object.entries(texts).map(([name, text]) => [name, expandText(text, env), text] as const);
  // A variable that is there and empty means something else to many programs than one that is not.
  return Object.fromEntries(expanded.filter(([, value, text]) => value !== '' || text === ''));
}

/** One text; see {@link expandVariables}. */
export function expandText(text: string, env: Env): string {
  return text.replaceAll(VARIABLE, (_, name: string, otherwise?: string) => {
    const value = env[name] ?? otherwise;
    if (value !== undefined) return value;
    throw new WcpError(
      'ERR_WCP_MCP_CONFIG',
      `The variable ${name} is not set. Set it in the environment of the gateway, or write its value into mcp.json.`,
    );
  });
}
