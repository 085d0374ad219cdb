import type { CreatedKey } from '@wcp/hall';
import type { HallClient } from '../../client/hall-client.ts';

/** The Hall that a pipeline goes through: one that runs already, or one of its own. */
export interface PipelineHall {
  /** Asks as the tenant. */
  readonly client: HallClient;
  /** Reads the evidence: of everything where the Hall is the pipeline's own. */
  readonly reader: HallClient;
  readonly tenant_credential: string | null;
  readonly profile: string | null;
  /** The folder of a Hall of its own. */
  readonly dir: string | null;
  /** Whether that folder is there afterwards with all that is in it. */
  readonly isKept: boolean;
  /** The first keys of a new Hall. */
  readonly keys: readonly CreatedKey[];
  close(): Promise<void>;
}
