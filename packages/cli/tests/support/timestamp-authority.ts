// @boundaries-ignore The script that plays the auditor has the same authority.
import { TimestampAuthority as Authority } from '../../../../tooling/src/auditor/scene/timestamp-authority.ts';
import { scratch } from './support.ts';

// @boundaries-ignore As above.
export { hasOpenssl } from '../../../../tooling/src/auditor/scene/timestamp-authority.ts';

/** A real authority of timestamps, in a folder of its own. */
export type TimestampAuthority = Authority;
export const TimestampAuthority = { open: () => Authority.open(scratch()) };
