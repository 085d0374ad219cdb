import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { WcpError } from '../../src/index.ts';

test('A WcpError has a code, a name and a cause.', () => {
  const cause = new Error('why');
  const error = new WcpError('ERR_WCP_DOCUMENT', 'what', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'WcpError', code: 'ERR_WCP_DOCUMENT', message: 'what', cause });
  expect('cause' in new WcpError('ERR_WCP_KEY', 'what')).toBe(false);
});

/** The union of codes is a type alone, so that its source is what a test can look at. */
test('A WcpError has one of these codes.', () => {
  const source = readFileSync(new URL('../../src/base/error.ts', import.meta.url), 'utf8');
  const codes = [...source.matchAll(/^ {2}\| '(ERR_WCP_[A-Z_]+)';?$/gm)].map(([, code]) => code);
  expect(codes).toEqual([
    'ERR_WCP_CANONICAL_JSON',
    'ERR_WCP_DOCUMENT',
    'ERR_WCP_KEY',
    'ERR_WCP_PACKAGE',
    'ERR_WCP_MANIFEST',
    'ERR_WCP_MERKLE_RANGE',
    'ERR_WCP_TILES',
    'ERR_WCP_ARCHIVE',
    'ERR_WCP_CHECKPOINT',
    'ERR_WCP_CONFORMANCE',
    'ERR_WCP_RECEIPT',
    'ERR_WCP_STORE',
    'ERR_WCP_STORE_TAMPERED',
    'ERR_WCP_LOG_KEY',
    'ERR_WCP_SIGNER',
    'ERR_WCP_CLOCK',
    'ERR_WCP_AGENT',
    'ERR_WCP_DEPLOYMENT',
    'ERR_WCP_EGRESS',
    'ERR_WCP_HALL',
    'ERR_WCP_MCP_CONFIG',
    'ERR_WCP_MCP_REFUSED',
    'ERR_WCP_MCP_SELF_TEST',
    'ERR_WCP_HALL_ANSWER',
    'ERR_WCP_HALL_TIMEOUT',
    'ERR_WCP_HALL_UNREACHABLE',
    'ERR_WCP_NOT_A_HALL',
    'ERR_WCP_POLICY',
    'ERR_WCP_POLICY_ANSWER',
    'ERR_WCP_POLICY_ENGINE',
    'ERR_WCP_WORKER',
    'ERR_WCP_SANDBOX',
    'ERR_WCP_NOT_CONTAINED',
    'ERR_WCP_NOT_INSTALLED',
  ]);
});
