import { once } from 'node:events';
import { type ApproverPage, openApproverPage } from './approver-page.ts';
import { isLoopback, readWebAddress } from './web-address.ts';
import { readWebSettings } from './web-settings.ts';

/** What `--help` says of the page. */
export const WEB_HELP = `  --web [host:]port    a web page in which a steward sees what the Hall holds, and resolves it, until SIGTERM
  WCP_HALL_URL         the Hall, and WCP_HALL_KEY the API key of a steward there
  WCP_APPROVER_TOKEN   the page's password; without it a link that signs in once stands on standard error
  WCP_APPROVER_URL     the address under which stewards open the page, where that is not where it listens
  WCP_WEBHOOK_SECRET   what the Hall signs its notices to POST /webhook with

`;

/** Serves the page until the process is asked to end; gives its exit code. */
export async function serveWeb(
  operands: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const address = operands.length === 1 ? readWebAddress(operands[0] as string) : null;
  if (address === null) return refuseUsage('Give --web and [host:]port, such as --web 7430.');
  const settings = readWebSettings(env);
  if (typeof settings === 'string') return refuseUsage(settings);
  if (!isLoopback(address) && settings.publicUrl?.protocol !== 'https:') {
    console.error(
      'Others can reach this page, and read what is sent: put it behind HTTPS, see WCP_APPROVER_URL.',
    );
  }
  try {
    await serve(await openApproverPage(settings, address));
    return 0;
  } catch (error) {
    return refuseUsage(`The page cannot listen there (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function serve(page: ApproverPage): Promise<void> {
  console.log(JSON.stringify({ listening: page.url }));
  if (page.signInUrl !== null) console.error(`Sign in, once: ${page.signInUrl}`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await page.close();
}

function refuseUsage(sentence: string): number {
  console.error(sentence);
  return 2;
}
