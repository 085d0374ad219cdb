import { expect, test } from 'vitest';

test('@wcp/spec exports these names', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual([
    'DENY_CODES',
    'WcpError',
    'artifactHash',
    'authorityOf',
    'canonicalJson',
    'checkId',
    'decisionDigest',
    'factsDigest',
    'parseFacts',
    'parseHallConfig',
    'parseRecord',
    'parseRouteInput',
    'parseRules',
    'recordHash',
    'sha256',
  ]);
});

test('@wcp/spec/json exports these names', async () => {
  expect(Object.keys(await import('../src/json/index.ts')).toSorted()).toEqual([
    'FOREIGN_TEXT_LIMITS',
    'WcpError',
    'canonicalJson',
    'compareText',
    'escapeText',
    'exceededLimit',
    'inexactNumber',
    'lineOf',
    'nestingOf',
    'normaliseHash',
    'parseJson',
    'parseUniqueJson',
    'readCanonical',
    'sha256',
    'utf8Length',
  ]);
});

test('@wcp/spec/document exports these names', async () => {
  expect(Object.keys(await import('../src/document/index.ts')).toSorted()).toEqual([
    'BLAST_DIMENSIONS',
    'BanListSchema',
    'BudgetSchema',
    'CodeAttestationRequestSchema',
    'CodeAttestationSchema',
    'DATA_LABELS',
    'DEFAULT_CATALOG_VERSION',
    'DENY_CODES',
    'ENFORCED_MEMBERS',
    'ENVELOPE_VIOLATIONS',
    'ENVS',
    'FactsSchema',
    'HOLD_REASONS',
    'HallConfigSchema',
    'JsonDocument',
    'MAX_FINDINGS',
    'ManifestSchema',
    'PROFILE_POSTURES',
    'QOS_CLASSES',
    'REVERSIBILITY',
    'REVIEW_STATUSES',
    'ReceiptSchema',
    'RegistryRecordSchema',
    'RouteDecisionSchema',
    'RouteInputSchema',
    'RuleSchema',
    'RulesSchema',
    'SCHEMAS',
    'SKIP_REASONS',
    'SUPERVISOR_LEVELS',
    'SUPERVISOR_LEVEL_TABLE',
    'TENANT_RISKS',
    'TelemetryEventSchema',
    'VOLATILE_MEMBERS',
    'WorkerContextSchema',
    'WorkerResultSchema',
    'addSeconds',
    'approvalsIn',
    'artifactHash',
    'budgetKey',
    'catalogSatisfies',
    'combineNeeds',
    'compareLevels',
    'countApproval',
    'decisionDigest',
    'declaredBlast',
    'digestText',
    'epochSeconds',
    'highestLevel',
    'isBudgetFor',
    'isCatalogVersion',
    'isSupervisorLevel',
    'isTime',
    'joinDigest',
    'lastingText',
    'levelsAbove',
    'makesDemand',
    'parseDocument',
    'parseFacts',
    'parseHallConfig',
    'parseRecord',
    'parseRules',
    'postureOf',
    'recordHash',
    'riskTierOf',
    'schemaDocument',
    'secondsUntilReset',
    'toolHash',
    'toolRecord',
  ]);
});

test('@wcp/spec/input exports these names', async () => {
  expect(Object.keys(await import('../src/input/index.ts')).toSorted()).toEqual([
    'INPUT_DEPTH',
    'INPUT_SIZE',
    'parseRouteInput',
    'readRouteInput',
  ]);
});

test('@wcp/spec/id exports these names', async () => {
  expect(Object.keys(await import('../src/id/index.ts')).toSorted()).toEqual([
    'ID_KINDS',
    'assignSegments',
    'authorityOf',
    'checkId',
  ]);
});

test('@wcp/spec/catalog exports these names', async () => {
  expect(Object.keys(await import('../src/catalog/index.ts')).toSorted()).toEqual([
    'catalog',
    'findEntity',
    'searchCatalog',
  ]);
});

test('@wcp/spec/hall exports these names', async () => {
  expect(Object.keys(await import('../src/hall/index.ts')).toSorted()).toEqual([
    'ANY_ROLE',
    'APPROVAL_STATES',
    'ENDPOINTS',
    'FREEZE_SCOPES',
    'HALL_EVENTS',
    'IDEMPOTENCY_KEY_PATTERN',
    'MAX_NOTE_LENGTH',
    'MAX_REASON_LENGTH',
    'OPERATIONS',
    'OVERSEERS',
    'PROBLEMS',
    'ProblemSchema',
    'READERS',
    'RECEIPT_FORM_NAMES',
    'ROLES',
  ]);
});

test('@wcp/spec/endpoints exports these names', async () => {
  expect(Object.keys(await import('../src/endpoints/index.ts')).toSorted()).toEqual([
    'ENDPOINTS',
    'FOREIGN_TEXT_LIMITS',
    'TextScanner',
    'WcpError',
  ]);
});

test('The closed lists of words are these.', async () => {
  const spec = {
    ...(await import('../src/document/index.ts')),
    ...(await import('../src/input/index.ts')),
  };
  expect(spec.ENVS).toEqual(['dev', 'stage', 'prod', 'edge']);
  expect(spec.DATA_LABELS).toEqual(['PUBLIC', 'INTERNAL', 'RESTRICTED']);
  expect(spec.TENANT_RISKS).toEqual(['low', 'medium', 'high']);
  expect(spec.QOS_CLASSES).toEqual(['P0', 'P1', 'P2', 'P3']);
  expect(spec.SUPERVISOR_LEVELS).toEqual(['advisory', 'gatekeeper', 'executor', 'incident_commander']);
  expect(spec.BLAST_DIMENSIONS).toEqual(['data', 'network', 'financial', 'time', 'reversibility']);
  expect(spec.HOLD_REASONS).toEqual(['BLAST_RADIUS_EXCEEDED', 'POLICY_GATE', 'RULE']);
  expect(spec.SKIP_REASONS).toEqual([
    'not_enrolled',
    'capability_not_declared',
    'untrusted_authority',
    'env_not_allowed',
    'catalog_incompatible',
    'unavailable',
    'missing_controls',
    'already_selected',
  ]);
  expect(spec.ENVELOPE_VIOLATIONS).toEqual([
    'egress_not_allowlisted',
    'egress_not_none',
    'egress_unrestricted',
    'envelope_missing',
    'secret_not_allowed',
    'write_path_refused',
  ]);
  expect(spec.REVIEW_STATUSES).toEqual(['reported', 'confirmed', 'cleared']);
  expect([spec.INPUT_DEPTH, spec.INPUT_SIZE, spec.MAX_FINDINGS]).toEqual([64, 1_048_576, 100]);
});
