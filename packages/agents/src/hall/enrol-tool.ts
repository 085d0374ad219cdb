import type { HallClient } from '@wcp/client';
import type { RegistryRecord } from '@wcp/spec';
import { isSameTool } from '../tool/tool-record.ts';
import { absentAsNull } from './absent-as-null.ts';

/** Enrols a tool unless the very same one is. @throws {HallProblemError | WcpError} where that cannot be done */
export async function enrolTool(
  owner: HallClient,
  record: RegistryRecord,
  timeout_ms: number,
): Promise<void> {
  const { worker_id } = record;
  const enrolled = await absentAsNull(owner.showWorker({ worker_id }, { timeout_ms }));
  // A flag is the Hall's word about the enrolment: a start of the agent must not take it off.
  if (enrolled !== null && isSameTool(enrolled.worker.record, record)) return;
  await owner.enrolWorker({ record }, { timeout_ms });
}
