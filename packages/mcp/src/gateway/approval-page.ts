/** How long the result of a call can be read after its approval would have expired. */
export const STATE_LIVES_MS = 86_400_000;

/** The page of the Hall where a steward decides. */
export function pageOf(hall_url: string, approval_id: string): string {
  return new URL(`/approvals/${encodeURIComponent(approval_id)}`, hall_url).href;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether an address is at the Hall, where things are approved: by whatever name of this machine. */
export function isPageOf(hall_url: string | null, url: string): boolean {
  const [hall, page] = [URL.parse(hall_url ?? ''), URL.parse(url)];
  if (hall === null || page === null) return false;
  const isSameName =
    hall.hostname === page.hostname || [hall, page].every(({ hostname }) => LOOPBACK.test(hostname));
  return isSameName && portOf(hall) === portOf(page);
}

function portOf({ port, protocol }: URL): string {
  return port === '' && protocol === 'https:' ? '443' : port || '80';
}
