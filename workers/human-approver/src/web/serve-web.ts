import { once } from 'node:events';
import { isLoopback, readWebAddress } from './address.ts';
import { type ApproverPage, openApproverPage } from './approver-page.ts';
import { readWebSettings } from './settings.ts';

/** The part of `--help` about the page. */
export const WEB_HELP = `  --web [host:]port    serve a web page where a steward sees and resolves what the Hall holds, until SIGTERM
  WCP_HALL_URL         the URL of the Hall; WCP_HALL_KEY is the API key of a steward there
  WCP_APPROVER_TOKEN   the password of the page; without it a one-time sign-in link is printed on standard error
  WCP_APPROVER_URL     the URL at which stewards open the page, when it differs from where it listens
  WCP_APPROVER_PROXY   the address of a proxy before the page, whose X-Forwarded-For is believed
  WCP_WEBHOOK_SECRET   the secret with which the Hall signs its notices to POST /webhook

`;

/** Serves the page until SIGTERM or SIGINT; gives the exit code. */
export async function serveWeb(
  operands: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const address = operands.length === 1 ? readWebAddress(operands[0] as string) : null;
  if (address === null) return usageError('Give --web and [host:]port, such as --web 7430.');
  const settings = readWebSettings(env);
  if (typeof settings === 'string') return usageError(settings);
  if (!isLoopback(address) && settings.publicUrl?.protocol !== 'https:') {
    console.error(
      'Other machines can reach this page over unencrypted HTTP: put it behind HTTPS and set WCP_APPROVER_URL.',
    );
  }
  try {
    await serve(await openApproverPage(settings, address));
    return 0;
  } catch (error) {
    return usageError(`Cannot listen on this address (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function serve(page: ApproverPage): Promise<void> {
  console.log(JSON.stringify({ listening: page.url }));
  if (page.signInUrl !== null) console.error(`Sign in (link works once): ${page.signInUrl}`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await page.close();
}

function usageError(sentence: string): number {
  console.error(sentence);
  return 2;
}
