/** How long the result of a call can be read after its approval would have expired. */
export const STATE_LIVES_MS = 86_400_000;

/** The page of the Hall where a steward decides. */
export function pageOf(hall_url: string, approval_id: string): string {
  return new URL(`/approvals/${encodeURIComponent(approval_id)}`, hall_url).href;
}
