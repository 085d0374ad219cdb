import { expect, test } from 'vitest';

test('The package exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual([
    'PERMIT_TYPE',
    'WORKER_CODES',
    'canonicalJson',
    'contextClaims',
    'defineWorker',
    'describeTool',
    'isOutsideEnvelope',
    'sealRecord',
    'serveWorker',
    'sha256',
    'verifyPermit',
  ]);
});

test('The testing subpath exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/testing/index.ts')).sort()).toEqual([
    'checkWorker',
    'contextFor',
    'programWorker',
    'testContext',
  ]);
});

test('The host subpath exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/host/index.ts')).sort()).toEqual([
    'NoResult',
    'openWorkerHost',
    'readHallKeys',
  ]);
});

test('The codes of the kit are these, each with its status.', async () => {
  const { WORKER_CODES } = await import('../src/index.ts');
  expect(Object.entries(WORKER_CODES).map(([code, { status }]) => `${code} ${status}`)).toEqual([
    'WORKER_INVALID_CONTEXT denied',
    'WORKER_WRONG_WORKER denied',
    'WORKER_WRONG_CAPABILITY denied',
    'WORKER_ENV_NOT_ALLOWED denied',
    'WORKER_INVALID_INPUT denied',
    'WORKER_DENIED denied',
    'WORKER_TIMEOUT error',
    'WORKER_CANCELLED error',
    'WORKER_FAILED error',
    'WORKER_SCHEMA_FAILED error',
    'WORKER_INVALID_RESULT error',
    'WORKER_INVALID_OUTPUT error',
    'WORKER_INVALID_LINE error',
    'WORKER_LINE_TOO_LONG error',
    'WORKER_INVALID_BODY error',
    'WORKER_BODY_TOO_LARGE error',
    'WORKER_PERMIT_NO_KEY denied',
    'WORKER_PERMIT_MISSING denied',
    'WORKER_PERMIT_MALFORMED denied',
    'WORKER_PERMIT_ALGORITHM denied',
    'WORKER_PERMIT_SIGNATURE denied',
    'WORKER_PERMIT_EXPIRED denied',
    'WORKER_PERMIT_NOT_YET denied',
    'WORKER_PERMIT_WRONG_WORKER denied',
    'WORKER_PERMIT_WRONG_REQUEST denied',
    'WORKER_PERMIT_WRONG_CONTEXT denied',
    'WORKER_PERMIT_REPLAYED denied',
    'WORKER_PERMIT_STORE_FAILED error',
  ]);
});
