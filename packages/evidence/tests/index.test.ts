import { expect, test } from 'vitest';

test('the names that @wcp/evidence exports', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual([
    'appendReceipt',
    'bannedHashes',
    'buildManifest',
    'consistencyProof',
    'createReceiptChain',
    'generateSigningKey',
    'hashFiles',
    'inclusionProof',
    'keyIdOf',
    'loadManifest',
    'merkleRoot',
    'packageHash',
    'publicKeyFromPem',
    'receiptHash',
    'signBanList',
    'signCheckpoint',
    'signManifest',
    'signReceipt',
    'signingKeyFromPem',
    'verifyBanList',
    'verifyCheckpoint',
    'verifyConsistency',
    'verifyInclusion',
    'verifyLog',
    'verifyManifest',
    'verifyPackage',
    'verifyReceipts',
    'writeManifest',
  ]);
});

test('the names that @wcp/evidence/receipt exports', async () => {
  expect(Object.keys(await import('../src/receipt/index.ts')).toSorted()).toEqual([
    'appendReceipt',
    'createReceiptChain',
    'decisionReceipt',
    'draftDecision',
    'outcomeReceipt',
    'receiptHash',
    'receiptHeads',
    'receiptLeaf',
    'sealReceipt',
    'signReceipt',
    'verifyReceipts',
  ]);
});

test('the names that @wcp/evidence/log exports', async () => {
  expect(Object.keys(await import('../src/log/index.ts')).toSorted()).toEqual([
    'MerkleFrontier',
    'consistencyProof',
    'createMerkleTree',
    'frontierOf',
    'inclusionProof',
    'merkleRoot',
    'proveConsistency',
    'proveInclusion',
    'readVerifierKey',
    'signCheckpoint',
    'subtreeHash',
    'verifyCheckpoint',
    'verifyConsistency',
    'verifyInclusion',
    'verifyLog',
    'writeVerifierKey',
  ]);
});

test('the names that @wcp/evidence/package exports', async () => {
  expect(Object.keys(await import('../src/package/index.ts')).toSorted()).toEqual([
    'MANIFEST_FILE',
    'buildManifest',
    'hashFiles',
    'loadManifest',
    'packageHash',
    'signManifest',
    'signManifestHmac',
    'verifyManifest',
    'verifyPackage',
    'writeManifest',
  ]);
});

test('the names that @wcp/evidence/ban-list exports', async () => {
  expect(Object.keys(await import('../src/ban-list/index.ts')).toSorted()).toEqual([
    'bannedHashes',
    'parseBanList',
    'signBanList',
    'verifyBanList',
  ]);
});

test('the names that @wcp/evidence/key exports', async () => {
  expect(Object.keys(await import('../src/key/index.ts')).toSorted()).toEqual([
    'generateSigningKey',
    'keyIdOf',
    'publicKeyFromPem',
    'signingKeyFromPem',
    'signingKeyFromSeed',
    'verifySignature',
  ]);
});
