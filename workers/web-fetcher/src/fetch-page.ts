import type { Denial, RunContext } from '@wcp/worker-kit';
import { decodeText } from './content/decode-text.ts';
import { readHtml } from './content/read-html.ts';
import { readAllowList } from './network/allow-list.ts';
import type { Network } from './network/checked-agent.ts';
import { readDataUrl } from './network/data-url.ts';
import { type Retrieved, retrieve } from './network/retrieve.ts';
import { readUrl } from './network/url.ts';
import { Refusal } from './refusal.ts';
import type { Page, Request } from './schema.ts';

/** The members of the context that a run needs. */
type Context = Pick<RunContext, 'correlation_id' | 'signal' | 'deny'>;

/**
 * Fetches a URL, decodes the content and gives its clean text; denies with a code of `Refusal`.
 *
 * @param network where connections may go; by default what the operator allows
 */
export async function fetchPage(
  request: Request,
  context: Context,
  network: Network = { allowed: readAllowList(process.env['WCP_WEB_FETCH_ALLOW']) },
): Promise<Page | Denial> {
  const content = await retrieveContent(request, context, network);
  const page = content instanceof Refusal ? content : readPage(content, request.max_bytes);
  return page instanceof Refusal ? context.deny(page.code, page.message) : page;
}

async function retrieveContent(
  request: Request,
  context: Context,
  network: Network,
): Promise<Retrieved | Refusal> {
  const { url: text, max_bytes, max_redirects, timeout_ms } = request;
  if (/^\s*data:/i.test(text)) return readDataUrl(text.trim(), max_bytes);
  const url = readUrl(text);
  if (url instanceof Refusal) return url;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout_ms)]);
  const { correlation_id } = context;
  return retrieve(url, { max_bytes, max_redirects, correlation_id, signal, network });
}

function readPage({ url, status, type, content, redirects }: Retrieved, max_bytes: number): Page | Refusal {
  const decoded = decodeText(content, type.charset, type.kind === 'html');
  if (decoded instanceof Refusal) return decoded;
  const source = decoded.text;
  if (source.includes('\0'))
    return new Refusal('FETCH_UNSUPPORTED_TYPE', 'The content is not text, although its type says so.');
  const { title, text } =
    type.kind === 'html' ? readHtml(source) : { title: titleOf(source, type.kind), text: source };
  // Hostile HTML can become Markdown that is longer.
  if (text.length > max_bytes) return new Refusal('FETCH_TOO_LARGE');
  return {
    url,
    status,
    content_type: type.essence,
    title,
    text,
    format: type.kind === 'text' ? 'text' : 'markdown',
    encoding: decoded.encoding,
    encoding_guessed: decoded.is_guess,
    bytes: content.length,
    redirects: [...redirects],
  };
}

/** The title of a Markdown document: the heading that it begins with. */
function titleOf(text: string, kind: 'markdown' | 'text'): string | null {
  const heading = kind === 'markdown' ? /^\s*# +([^\n]{1,300})/.exec(text)?.[1] : undefined;
  return (
    heading
      ?.replace(/ +#+\s*$/, '')
      .trim()
      .toWellFormed() || null
  );
}
