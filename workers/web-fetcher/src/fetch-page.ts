import type { Denial, RunContext } from '@wcp/worker-kit';
import { decodeText } from './content/decode-text.ts';
import { readHtml } from './content/read-html.ts';
import { readAllowList } from './network/allow-list.ts';
import type { Network } from './network/checked-agent.ts';
import { readDataUrl } from './network/data-url.ts';
import { type Answer, retrieve } from './network/retrieve.ts';
import { readUrl } from './network/url.ts';
import { Refusal } from './refusal.ts';
import type { Page, Request } from './schema.ts';

/** What a run needs of its context. */
type Context = Pick<RunContext, 'correlation_id' | 'signal' | 'deny'>;

/**
 * Fetches what a URL names, decodes it and gives its clean text; denies with a code of `Refusal`.
 *
 * @param network where connections may go; that of the operator where it is not given
 */
export async function fetchPage(
  request: Request,
  context: Context,
  network: Network = { allowed: readAllowList(process.env['WCP_WEB_FETCH_ALLOW']) },
): Promise<Page | Denial> {
  const answer = await readAnswer(request, context, network);
  const page = answer instanceof Refusal ? answer : readPage(answer, request.max_bytes);
  return page instanceof Refusal ? context.deny(page.code, page.message) : page;
}

async function readAnswer(request: Request, context: Context, network: Network): Promise<Answer | Refusal> {
  const { url: text, max_bytes, max_redirects, timeout_ms } = request;
  if (/^\s*data:/i.test(text)) return readDataUrl(text.trim(), max_bytes);
  const url = readUrl(text);
  if (url instanceof Refusal) return url;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout_ms)]);
  const { correlation_id } = context;
  return retrieve(url, { max_bytes, max_redirects, correlation_id, signal, network });
}

function readPage({ url, status, type, content, redirects }: Answer, max_bytes: number): Page | Refusal {
  const source = decodeText(content, type.charset, type.kind === 'html');
  if (source.includes('\0'))
    return new Refusal('FETCH_UNSUPPORTED_TYPE', 'The content is not text, whatever its type says.');
  const { title, text } =
    type.kind === 'html' ? readHtml(source) : { title: titleOf(source, type.kind), text: source };
  // Markdown can be longer than its HTML, where that is made for it.
  if (text.length > max_bytes) return new Refusal('FETCH_TOO_LARGE');
  return {
    url,
    status,
    content_type: type.essence,
    title,
    text,
    format: type.kind === 'text' ? 'text' : 'markdown',
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
