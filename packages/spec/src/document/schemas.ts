import type { TSchema } from 'typebox';
import { WcpError } from '../base/error.ts';
import { escapeText } from '../base/text.ts';
import { BanListSchema } from './schema/ban-list.ts';
import { CodeAttestationRequestSchema, CodeAttestationSchema } from './schema/code-attestation.ts';
import { FactsSchema } from './schema/facts.ts';
import { HallConfigSchema } from './schema/hall-config.ts';
import { ManifestSchema } from './schema/manifest.ts';
import { ReceiptSchema, ReceiptStatementSchema } from './schema/receipt.ts';
import { RegistryRecordSchema } from './schema/record.ts';
import { RouteDecisionSchema } from './schema/route-decision.ts';
import { RouteInputSchema } from './schema/route-input.ts';
import { RulesSchema } from './schema/rules.ts';
import { TelemetryEventSchema } from './schema/telemetry-event.ts';
import { WorkerContextSchema, WorkerResultSchema } from './schema/worker-result.ts';

/** Every document of the wire by the name of its file under `schemas/`. */
export const SCHEMAS: Readonly<Record<string, TSchema>> = {
  'route-input': RouteInputSchema,
  'route-decision': RouteDecisionSchema,
  rules: RulesSchema,
  'registry-record': RegistryRecordSchema,
  'hall-config': HallConfigSchema,
  facts: FactsSchema,
  'telemetry-event': TelemetryEventSchema,
  receipt: ReceiptSchema,
  'receipt-statement': ReceiptStatementSchema,
  manifest: ManifestSchema,
  'ban-list': BanListSchema,
  'code-attestation-request': CodeAttestationRequestSchema,
  'code-attestation': CodeAttestationSchema,
  'worker-context': WorkerContextSchema,
  'worker-result': WorkerResultSchema,
};

/**
 * The JSON Schema (2020-12) document of one of {@link SCHEMAS}, as the file under `schemas/` holds it.
 *
 * @throws {WcpError} `ERR_WCP_DOCUMENT` where there is no document of that name
 * @example
 * import { schemaDocument } from '@wcp/spec/document';
 *
 * const schema = schemaDocument('route-input'); // { $schema: …, $id: 'urn:wcp:0.2:route-input', … }
 */
export function schemaDocument(name: string): object {
  if (!Object.hasOwn(SCHEMAS, name))
    throw new WcpError('ERR_WCP_DOCUMENT', `There is no schema "${escapeText(name)}".`);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:wcp:0.2:${name}`,
    ...SCHEMAS[name],
  };
}
