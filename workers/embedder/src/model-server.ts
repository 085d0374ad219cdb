/** An Ollama-compatible server and the model that it is asked for. */
export interface ModelServer {
  /** The address of `POST /api/embed`. */
  readonly endpoint: URL;
  readonly model: string;
}

/** What the environment says of a model server: nothing, one, or something that cannot be used. */
export type ModelServerReading = ModelServer | 'none' | 'unusable';

/** Reads `WCP_OLLAMA_URL` and `WCP_OLLAMA_MODEL`. */
export function readModelServer(env: Readonly<Record<string, string | undefined>>): ModelServerReading {
  const { WCP_OLLAMA_URL: address = '', WCP_OLLAMA_MODEL: model = '' } = env;
  if (address === '') return 'none';
  const base = URL.parse(address);
  if (base === null || model === '' || !isPlain(base)) return 'unusable';
  return { endpoint: new URL(`${base.pathname.replace(/\/+$/, '')}/api/embed`, base), model };
}

/** A name and password do not belong into an address, nor does anything behind the path. */
function isPlain({ protocol, username, password, search, hash }: URL): boolean {
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}
