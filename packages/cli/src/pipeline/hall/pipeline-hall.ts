import type { HallClient } from '@wcp/client';
import type { CreatedKey } from '@wcp/hall';

/** The Hall that a pipeline uses: a running one, or one of its own. */
export interface PipelineHall {
  /** Sends requests as the tenant. */
  readonly client: HallClient;
  /** Reads the evidence: all of it if the Hall is the pipeline's own. */
  readonly reader: HallClient;
  readonly tenant_credential: string | null;
  readonly profile: string | null;
  /** The folder of the pipeline's own Hall. */
  readonly dir: string | null;
  /** Whether that folder stays afterwards with everything in it. */
  readonly isKept: boolean;
  /** The first keys of a new Hall. */
  readonly keys: readonly CreatedKey[];
  close(): Promise<void>;
}
