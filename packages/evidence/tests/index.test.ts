import { expect, test } from 'vitest';

test('The package @wcp/evidence exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/index.ts')).toSorted()).toEqual([
    'appendReceipt',
    'bannedHashes',
    'buildManifest',
    'consistencyProof',
    'createMerkleTree',
    'createReceiptChain',
    'decisionReceipt',
    'generateSigningKey',
    'hashFiles',
    'inclusionProof',
    'keyIdOf',
    'loadManifest',
    'merkleRoot',
    'outcomeReceipt',
    'packageHash',
    'publicKeyFromPem',
    'receiptHash',
    'receiptLeaf',
    'signBanList',
    'signCheckpoint',
    'signManifest',
    'signReceipt',
    'signingKeyFromPem',
    'verifyBanList',
    'verifyCheckpoint',
    'verifyConsistency',
    'verifyDisclosure',
    'verifyInclusion',
    'verifyLog',
    'verifyManifest',
    'verifyPackage',
    'verifyReceipts',
    'verifyTimes',
    'writeManifest',
  ]);
});

test('The subpath @wcp/evidence/receipt exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/receipt/index.ts')).toSorted()).toEqual([
    'LOG_STREAM',
    'appendReceipt',
    'createReceiptChain',
    'decisionReceipt',
    'draftDecision',
    'hashReceipt',
    'isForgotten',
    'logReceipt',
    'outcomeReceipt',
    'receiptHash',
    'receiptHeads',
    'receiptLeaf',
    'signReceipt',
    'verifyReceipts',
  ]);
});

test('The subpath @wcp/evidence/log-file exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/log-file/index.ts'))).toEqual(['verifyLogFile']);
});

test('The subpath @wcp/evidence/log exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/log/index.ts')).toSorted()).toEqual([
    'DISCLOSURE_FORMAT',
    'LogPartExaminer',
    'MerkleFrontier',
    'TimesExaminer',
    'consistencyProof',
    'createMerkleTree',
    'followLogKey',
    'frontierOf',
    'inclusionProof',
    'keyRevocation',
    'keyRotation',
    'merkleRoot',
    'notChecked',
    'readKeyHistory',
    'readVerifierKey',
    'rotationText',
    'signCheckpoint',
    'signCheckpointWith',
    'subtreeHash',
    'verifyCheckpoint',
    'verifyConsistency',
    'verifyDisclosure',
    'verifyInclusion',
    'verifyLog',
    'verifyLogPart',
    'verifyTimes',
    'writeVerifierKey',
  ]);
});

test('The subpath @wcp/evidence/witness exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/witness/index.ts')).toSorted()).toEqual([
    'MAX_ADD_CHECKPOINT_BYTES',
    'cosignCheckpoint',
    'judgeAddCheckpoint',
    'parseWitnessPolicy',
    'readAddCheckpoint',
    'readCosignature',
    'readWitnessKey',
    'verifyWitnessed',
    'writeAddCheckpoint',
    'writeWitnessKey',
  ]);
});

test('The subpath @wcp/evidence/timestamp exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/timestamp/index.ts')).toSorted()).toEqual([
    'timestampRequest',
    'verifyTimestamp',
  ]);
});

test('The subpath @wcp/evidence/package exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/package/index.ts')).toSorted()).toEqual([
    'MANIFEST_FILE',
    'attestRecord',
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

test('The subpath @wcp/evidence/ban-list exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/ban-list/index.ts')).toSorted()).toEqual([
    'bannedHashes',
    'parseBanList',
    'signBanList',
    'verifyBanList',
  ]);
});

test('The subpath @wcp/evidence/code-attestation exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/code-attestation/index.ts')).toSorted()).toEqual([
    'signCodeAttestation',
    'verifyCodeAttestation',
  ]);
});

test('The subpath @wcp/evidence/key exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/key/index.ts')).toSorted()).toEqual([
    'generateSigningKey',
    'isSignedBy',
    'keyIdOf',
    'openCommandSigner',
    'publicKeyFromPem',
    'signingKeyFromPem',
    'signingKeyFromSeed',
  ]);
});

test('@wcp/evidence/file exports these names and no others', async () => {
  expect(Object.keys(await import('../src/file/index.ts')).toSorted()).toEqual([
    'openRegularFile',
    'readRegularFile',
    'readRegularFileSync',
    'withRegularFile',
  ]);
});

test('The subpath @wcp/evidence/form exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/form/index.ts')).toSorted()).toEqual([
    'ocsfEvent',
    'receiptEnvelope',
    'receiptEvent',
    'receiptStatement',
  ]);
});

test('The subpath @wcp/evidence/scitt exports these names and no others.', async () => {
  expect(Object.keys(await import('../src/scitt/index.ts')).toSorted()).toEqual(['signedStatement']);
});
