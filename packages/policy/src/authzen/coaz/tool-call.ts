/** A call of an MCP tool that is to be authorized. */
export interface ToolCall {
  /** As the server listed it; a mapping that it declares stands in its input schema. */
  readonly tool: { readonly name: string; readonly inputSchema?: unknown };
  /** The `params` of the JSON-RPC request: the tool's name and its arguments. An attacker may have written them. */
  readonly params: { readonly name: string; readonly arguments?: unknown };
  /** The claims of the access token. The caller has checked its signature, issuer, audience and expiry. */
  readonly token: Readonly<Record<string, unknown>>;
}

/** Where each endpoint of AuthZEN takes its requests. */
type AuthzenApi = 'evaluation' | 'evaluations';

/** A request to a policy decision point. */
export interface AuthzenRequest {
  readonly api: AuthzenApi;
  readonly body: Readonly<Record<string, unknown>>;
  /** The value of `subject.id` is the word of whoever wrote the mapping, and stands in no claim of the token. */
  readonly isSubjectAsserted: boolean;
}

/** No request can be made of a call: the error -32602 of COAZ-MCP. Its message quotes no argument. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}
