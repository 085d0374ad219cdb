/**
 * What is not mutated, because no operation of the line protocol can show it, whatever the fixtures
 * ask. Each is counted in the output. A fixture that reaches one of the functions named here, other than
 * those marked `runs`, is an error: then the exclusion is not true.
 */

const LEAVES = 'the canonical text of a receipt: only a log needs it';
const DIAGNOSTICS = 'diagnostics of a world: `decide` answers none';
const EXPLAIN = 'explain and counterfactuals: no operation';
const GATE = 'a policy gate in this process: no operation has one (WCP-11-25)';
const DSSE = 'DSSE envelopes: `verify_manifest` takes no keys of authorities (section 11.2)';
const CHECKPOINTS = 'checkpoints and logs: no operation';
const FILES = 'packages in folders, manifests written: no operation';
const CHAIN = 'drafts and chains of receipts: no operation makes one';
const PEM = 'keys in PEM, keys drawn at random: no operation';
const PROOFS = 'checking of Merkle proofs: no operation';
const DEAD_PLACE = 'the place of a dead rule: `analyze_rules` answers none';
const PROCESS =
  'what a caller in this process alone can hand over (bytes, getters, defaults of arguments): operations carry JSON and check it first';
const MESSAGES = 'texts of messages, which are never compared (WCP-11-42)';

/** Functions, methods and constants by file; `*` is all of the file. `runs`: executed, but not shown. */
const PLACES = [
  { file: 'router/src/explain.ts', names: '*', reason: EXPLAIN },
  { file: 'router/src/counterfactual.ts', names: '*', reason: EXPLAIN },
  { file: 'router/src/edits.ts', names: '*', reason: EXPLAIN },
  { file: 'router/src/describe-step.ts', names: '*', reason: EXPLAIN },
  { file: 'router/src/diagnose.ts', names: '*', reason: DIAGNOSTICS, runs: true },
  { file: 'router/src/compile-world.ts', names: ['replaced'], reason: DIAGNOSTICS, runs: true },
  { file: 'router/src/dead-rules.ts', names: ['deadRuleDiagnostic'], reason: DIAGNOSTICS, runs: true },
  { file: 'router/src/policy-gate.ts', names: ['devAllowGate', 'askGate', 'silence'], reason: GATE },
  { file: 'router/src/compile-world.ts', names: ['gateOf'], reason: GATE, runs: true },
  { file: 'router/src/supervision.ts', names: ['gateRequest'], reason: GATE },
  { file: 'evidence/src/dsse.ts', names: '*', reason: DSSE, runs: true },
  {
    file: 'evidence/src/verify-manifest.ts',
    names: ['checkEnvelope', 'keysOf', 'keyList'],
    reason: DSSE,
    runs: true,
  },
  { file: 'evidence/src/utf8.ts', names: '*', reason: DSSE, runs: true },
  { file: 'evidence/src/checkpoint.ts', names: '*', reason: CHECKPOINTS },
  { file: 'evidence/src/verify-checkpoint.ts', names: '*', reason: CHECKPOINTS },
  { file: 'evidence/src/verify-log.ts', names: '*', reason: CHECKPOINTS },
  { file: 'evidence/src/finding.ts', names: ['LOG_FINDINGS', 'meaningOf'], reason: CHECKPOINTS },
  { file: 'evidence/src/verify-proof.ts', names: '*', reason: PROOFS },
  { file: 'evidence/src/merkle-hash.ts', names: ['WRITTEN', 'readHash'], reason: PROOFS },
  { file: 'evidence/src/package.ts', names: '*', reason: FILES },
  { file: 'evidence/src/package-folder.ts', names: '*', reason: FILES },
  { file: 'evidence/src/regular-file.ts', names: '*', reason: FILES },
  { file: 'evidence/src/package-hash.ts', names: ['readBytes'], reason: PROCESS },
  { file: 'evidence/src/package-path.ts', names: ['isFolderLeftOut'], reason: FILES },
  {
    file: 'evidence/src/manifest.ts',
    names: ['BUILD_SOURCES', 'buildManifest', 'isDraft', 'signManifestHmac'],
    reason: FILES,
  },
  { file: 'evidence/src/receipt-chain.ts', names: '*', reason: CHAIN },
  { file: 'evidence/src/receipt-draft.ts', names: '*', reason: CHAIN },
  { file: 'evidence/src/receipt.ts', names: ['receiptLeaf'], reason: CHAIN },
  {
    file: 'evidence/src/signing-key.ts',
    names: [
      'exportPrivatePem',
      'exportPublicPem',
      'generateSigningKey',
      'signingKeyFromPem',
      'publicKeyFromPem',
      'readPem',
      'notAKey',
    ],
    reason: PEM,
  },
];

/** Single lines, by what is written on them. */
const LINES = [
  {
    file: 'evidence/src/verify-manifest.ts',
    line: /isEnvelope|statement === null|envelope: found/,
    reason: DSSE,
  },
  { file: 'evidence/src/signing-key.ts', line: /privateKey\.type !== 'private'/, reason: PEM },
  { file: 'evidence/src/examine-receipt.ts', line: /\btext\b/, part: /^(text\b|'')/, reason: LEAVES },
  { file: 'evidence/src/base64.ts', line: /typeof data === 'string'/, reason: PROCESS },
  { file: 'evidence/src/signing-key.ts', line: /typeof data === 'string'/, reason: PROCESS },
  { file: 'evidence/src/package-hash.ts', line: /const (content|bytes) =|list === null/, reason: PROCESS },
  { file: 'evidence/src/merkle-hash.ts', line: /typeof leaf !== 'string'/, reason: PROCESS },
  { file: 'evidence/src/merkle.ts', line: /= (leaves\.length|\[\])/, reason: PROCESS },
  {
    file: 'evidence/src/merkle-tree.ts',
    line: /checkRange\((size|second), [01], this\.size\)/,
    reason: PROCESS,
  },
  { file: 'evidence/src/merkle-tree.ts', line: /^return index;/, reason: PROCESS },
  { file: 'evidence/src/public-key.ts', line: /^if \(raw === null\) throw/, reason: PROCESS },
  { file: 'evidence/src/receipt.ts', line: /isObject\((receipt|draft)\)/, reason: PROCESS },
  { file: 'router/src/world.ts', line: /Object\.freeze/, reason: PROCESS },
  { file: 'router/src/world.ts', line: /\?\? nowhere/, reason: PROCESS },
  {
    file: 'router/src/draw-decision.ts',
    line: /\.slice\(\)/,
    part: /\.slice\(\)$/,
    reason: PROCESS,
  },
  {
    file: 'router/src/compile-world.ts',
    line: /^(digest: engine\.|policy_version: engine\.|catalog_version: )/,
    reason: PROCESS,
  },
  { file: 'router/src/compile-world.ts', line: /^const (root|all) =/, reason: DIAGNOSTICS },
  {
    file: 'router/src/compile-world.ts',
    line: /diagnostics\.push/,
    part: /^(diagnostics\.push|enrolled\.has)/,
    reason: DIAGNOSTICS,
  },
  { file: 'router/src/selection.ts', line: /minimum\.slice/, part: /\.slice\(\)$/, reason: PROCESS },
  { file: 'router/src/compiled-worker.ts', line: /^(risk_tier|envelope_written):/, reason: GATE },
  { file: 'router/src/supervision.ts', line: /engine\.gate/, reason: GATE },
];

/** What is done with what throws when it is looked at: proxies and getters. */
const CATCHES = ['evidence/src/own.ts', 'router/src/read-facts.ts', 'router/src/compile-world.ts'];

/** The reason why a place is not mutated, or null, given the node there and all around it. */
export function exclusionOf(path, nodes, code) {
  return placeOf(path, nodes)?.reason ?? memberReason(path, nodes, code);
}

/** The entry that names a place. */
export function placeOf(path, nodes) {
  const names = nodes.map(nameOf);
  return PLACES.find(
    ({ file, names: listed }) =>
      path.endsWith(file) && (listed === '*' || names.some((name) => listed.includes(name))),
  );
}

function nameOf({ type, id, key }) {
  if (['FunctionDeclaration', 'VariableDeclarator', 'ClassDeclaration'].includes(type)) return id?.name;
  return type === 'MethodDefinition' ? key.name : undefined;
}

/** Texts of messages and titles, and what only serves diagnostics inside of functions that do more. */
function memberReason(path, nodes, code) {
  if (nodes.some(isText) || nodes.some(isArgumentOfError)) return MESSAGES;
  const line = LINES.find((each) => path.endsWith(each.file) && isOnLine(each, nodes[0], code));
  if (line !== undefined) return line.reason;
  if (CATCHES.some((file) => path.endsWith(file)) && nodes.some(({ type }) => type === 'CatchClause'))
    return PROCESS;
  if (path.endsWith('compile-world.ts') && nodes.some((node) => isMember(node, ['findings'])))
    return DIAGNOSTICS;
  if (path.endsWith('dead-rules.ts') && nodes.some((node) => isMember(node, ['position']))) return DEAD_PLACE;
  return path.includes('/router/') && nodes.some((node) => isDiagnostic(node, code)) ? DIAGNOSTICS : null;
}

/** The texts of findings, and the titles and numbers of steps, which serve `explain`. */
function isText(node) {
  const named = node.type === 'VariableDeclarator' && ['message', 'places'].includes(node.id.name);
  return named || node.id?.name === 'RECEIPT_FINDINGS' || isMember(node, ['message', 'title', 'step']);
}

/** The second argument of an error, and that of a function which throws one. */
function isArgumentOfError(node, index, nodes) {
  const around = nodes[index + 1];
  const name = around?.callee?.name;
  return (
    (name === 'WcpError' && around.arguments[1] === node) || (name === 'refused' && around.callee !== node)
  );
}

function isDiagnostic(node, code) {
  const text = code.slice(node.start, node.end);
  return (
    isMember(node, ['diagnostics']) ||
    (node.type === 'VariableDeclarator' && node.id.name === 'diagnostics') ||
    (node.type === 'CallExpression' && /^(errorAt|errorsUnder|under|diagnostics\.push)\(/.test(text))
  );
}

function isMember({ type, key }, names) {
  return type === 'Property' && names.includes(key.name);
}

function isOnLine({ line, part = /^/ }, { start, end }, code) {
  const from = code.lastIndexOf('\n', start) + 1;
  const to = code.indexOf('\n', start);
  return line.test(code.slice(from, to).trim()) && part.test(code.slice(start, end));
}
