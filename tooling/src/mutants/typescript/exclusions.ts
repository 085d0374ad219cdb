import { refusesSmallOrder } from './runtime.ts';
import { nodeIn, requireNode, type SyntaxNode, textIn } from './syntax-node.ts';

/**
 * What is not mutated, because no operation of the line protocol can show it, whatever the fixtures
 * contain. Each is counted in the output. A fixture that reaches one of the functions named here, other than
 * those marked `runs`, is an error: then the exclusion is not true. Files are named `package:file`, wherever
 * the file stands in the package; `package:folder/` names a folder.
 */

const LEAVES = 'the canonical text of a receipt: only a log needs it';
const DIAGNOSTICS = 'diagnostics of a world: `decide` answers none';
const EXPLAIN = 'explain and counterfactuals: no operation';
const GATE = 'a policy gate in this process: no operation has one (WCP-11-25)';
const QUEUE = 'the class that a Hall queues a request in: no operation';
const DSSE = 'DSSE envelopes: `verify_manifest` takes no keys of authorities (section 11.2)';
const CHECKPOINTS = 'checkpoints and logs: no operation';
const FILES = 'packages in folders, manifests written: no operation';
const CHAIN = 'drafts and chains of receipts: no operation makes one';
const BAN_LISTS = 'ban lists: no operation';
const PEM = 'keys in PEM, keys drawn at random: no operation';
const PROOFS = 'checking of Merkle proofs: no operation';
const DEAD_PLACE = 'the place of a dead rule: `analyze_rules` answers none';
const PROCESS =
  'what a caller in this process alone can hand over (bytes, getters, defaults of arguments): operations carry JSON and check it first';
const STATEMENTS = 'signatures of ban lists and enrolments: no operation';
const SMALL_ORDER =
  'keys of small order: the OpenSSL of this runtime refuses them itself (under 3.0 they are mutated, and caught)';
const MESSAGES = 'texts of messages, which are never compared (WCP-11-42)';

/** Functions, methods and constants of a file that are not mutated. */
interface ExcludedPlace {
  readonly file: string;
  readonly names: '*' | readonly string[];
  readonly reason: string;
  /** Executed by a case, but not shown. */
  readonly runs?: boolean;
}

/** Lines of a file, by what is written on them, that are not mutated. */
interface ExcludedLine {
  readonly file: string;
  readonly line: RegExp;
  /** The beginning of the code that is left alone; all of the line where it is absent. */
  readonly part?: RegExp;
  readonly reason: string;
}

/** Whether the rows about keys of small order are true. */
const REFUSED = refusesSmallOrder();

/** Functions, methods and constants by file; `*` is all of the file. `runs`: executed, but not shown. */
export const PLACES: readonly ExcludedPlace[] = [
  { file: 'router:explain/', names: '*', reason: EXPLAIN },
  { file: 'router:shown-reason.ts', names: '*', reason: MESSAGES, runs: true },
  { file: 'router:03-freeze.ts', names: ['reasonText'], reason: MESSAGES, runs: true },
  { file: 'router:diagnostics.ts', names: '*', reason: DIAGNOSTICS, runs: true },
  { file: 'router:read-documents.ts', names: ['replaced'], reason: DIAGNOSTICS, runs: true },
  { file: 'router:dead-rules.ts', names: ['deadRuleDiagnostic'], reason: DIAGNOSTICS, runs: true },
  { file: 'router:effective-class.ts', names: '*', reason: QUEUE },
  { file: 'router:policy-gate.ts', names: ['devAllowGate'], reason: GATE },
  { file: 'router:policy-verdict.ts', names: ['askGate', 'silence'], reason: GATE },
  { file: 'router:compile-world.ts', names: ['gateOf'], reason: GATE, runs: true },
  { file: 'router:13-policy-gate.ts', names: ['gateRequest'], reason: GATE },
  { file: 'evidence:dsse.ts', names: '*', reason: DSSE, runs: true },
  { file: 'evidence:verify-manifest.ts', names: ['checkEnvelope'], reason: DSSE, runs: true },
  { file: 'evidence:authority-keys.ts', names: '*', reason: DSSE, runs: true },
  { file: 'evidence:encoding.ts', names: ['decodeUtf8', 'utf8'], reason: DSSE, runs: true },
  { file: 'evidence:manifest-file.ts', names: '*', reason: FILES },
  { file: 'evidence:file/', names: '*', reason: FILES },
  { file: 'evidence:encoding.ts', names: ['decodeEitherBase64'], reason: DSSE },
  { file: 'evidence:signature.ts', names: ['isSignedBy'], reason: STATEMENTS },
  { file: 'evidence:ban-list/', names: '*', reason: BAN_LISTS },
  { file: 'evidence:merkle-frontier.ts', names: '*', reason: CHECKPOINTS },
  { file: 'evidence:merkle-proof.ts', names: ['proveFromStore'], reason: CHECKPOINTS },
  { file: 'evidence:merkle-hash.ts', names: ['subtreeHash', 'pairsOf'], reason: CHECKPOINTS },
  { file: 'evidence:checkpoint.ts', names: '*', reason: CHECKPOINTS },
  { file: 'evidence:verify-checkpoint.ts', names: '*', reason: CHECKPOINTS },
  { file: 'evidence:verify-log.ts', names: '*', reason: CHECKPOINTS },
  { file: 'evidence:verify-proof.ts', names: '*', reason: PROOFS },
  { file: 'evidence:merkle-hash.ts', names: ['WRITTEN', 'readHash'], reason: PROOFS },
  { file: 'evidence:verify-package.ts', names: '*', reason: FILES },
  { file: 'evidence:package-folder.ts', names: '*', reason: FILES },
  { file: 'evidence:attest-record.ts', names: '*', reason: FILES },
  { file: 'evidence:package-hash.ts', names: ['readBytes'], reason: PROCESS },
  { file: 'evidence:package-path.ts', names: ['isFolderLeftOut'], reason: FILES },
  {
    file: 'evidence:manifest.ts',
    names: ['BUILD_SOURCES', 'buildManifest', 'isDraft', 'signManifestHmac'],
    reason: FILES,
  },
  { file: 'evidence:receipt-chain.ts', names: '*', reason: CHAIN },
  { file: 'evidence:receipt-draft.ts', names: '*', reason: CHAIN },
  { file: 'evidence:receipt.ts', names: ['receiptLeaf'], reason: CHAIN },
  { file: 'evidence:member-texts.ts', names: ['insert'], reason: LEAVES, runs: true },
  {
    file: 'evidence:signing-key.ts',
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
  ...(REFUSED
    ? [
        {
          file: 'evidence:public-key.ts',
          names: ['SMALL_ORDER', 'isSmallOrder'],
          reason: SMALL_ORDER,
          runs: true,
        },
      ]
    : []),
];

/** Single lines, by what is written on them. */
export const LINES: readonly ExcludedLine[] = [
  {
    file: 'evidence:verify-manifest.ts',
    line: /isEnvelope|statement === null|envelope: found/,
    reason: DSSE,
  },
  {
    file: 'evidence:verification.ts',
    line: /message === null/,
    part: /^(message\b|\{ \.\.\.found|\.\.\.found)/,
    reason: MESSAGES,
  },
  { file: 'evidence:signing-key.ts', line: /privateKey\.type !== 'private'/, reason: PEM },
  { file: 'evidence:receipt-examiner.ts', line: /\btext\b/, part: /^(text\b|'')/, reason: LEAVES },
  { file: 'evidence:encoding.ts', line: /typeof data === 'string'/, reason: PROCESS },
  { file: 'evidence:signing-key.ts', line: /typeof data === 'string'/, reason: PROCESS },
  { file: 'evidence:package-hash.ts', line: /const (content|bytes) =|list === null/, reason: PROCESS },
  { file: 'evidence:merkle-hash.ts', line: /typeof leaf !== 'string'/, reason: PROCESS },
  { file: 'evidence:merkle-tree.ts', line: /= (leaves\.length|\[\])/, reason: PROCESS },
  {
    file: 'evidence:merkle-tree.ts',
    line: /checkRange\((size, 0, this\.size|index, 0, Math\.floor)/,
    reason: PROCESS,
  },
  { file: 'evidence:merkle-tree.ts', line: /^return index;/, reason: PROCESS },
  {
    file: 'evidence:merkle-proof.ts',
    line: /typeof log === 'function'|instanceof MerkleTree|size === undefined/,
    reason: PROCESS,
  },
  { file: 'evidence:public-key.ts', line: /^if \(raw === null\) throw/, reason: PROCESS },
  { file: 'evidence:receipt.ts', line: /isObject\((receipt|draft)\)/, reason: PROCESS },
  { file: 'evidence:receipt.ts', line: /members\.insert\(/, reason: LEAVES },
  { file: 'evidence:receipt.ts', line: /leaf: members\.text\(\)/, part: /^leaf\b/, reason: LEAVES },
  { file: 'router:world.ts', line: /Object\.freeze/, reason: PROCESS },
  {
    file: 'router:build-decision.ts',
    line: /\.slice\(\)/,
    part: /\.slice\(\)$/,
    reason: PROCESS,
  },
  {
    file: 'router:compile-world.ts',
    line: /^(digest: engine\.|policy_version: engine\.|catalog_version: )/,
    reason: PROCESS,
  },
  { file: 'router:compile-world.ts', line: /^const all =/, reason: DIAGNOSTICS },
  { file: 'router:read-documents.ts', line: /^const root =/, reason: DIAGNOSTICS },
  {
    file: 'router:read-documents.ts',
    line: /diagnostics\.push/,
    part: /^(diagnostics\.push|enrolled\.has)/,
    reason: DIAGNOSTICS,
  },
  { file: 'router:09-selection.ts', line: /minimum\.slice/, part: /\.slice\(\)$/, reason: PROCESS },
  { file: 'router:compiled-worker.ts', line: /^(risk_tier|envelope_written):/, reason: GATE },
  { file: 'router:13-policy-gate.ts', line: /engine\.gate/, reason: GATE },
  ...(REFUSED ? [{ file: 'evidence:public-key.ts', line: /isSmallOrder\(raw\)/, reason: SMALL_ORDER }] : []),
];

/** What is done with what throws when it is looked at: proxies and getters. */
const CATCHES: readonly string[] = [
  'evidence:own-member.ts',
  'router:read-facts.ts',
  'router:compile-world.ts',
];

/** The reason why a place is not mutated, or null. The nodes are the one there and all around it. */
export function exclusionOf(path: string, nodes: readonly SyntaxNode[], code: string): string | null {
  return placeOf(path, nodes)?.reason ?? reasonInside(path, nodes, code);
}

/** The entry that names a place. */
export function placeOf(path: string, nodes: readonly SyntaxNode[]): ExcludedPlace | undefined {
  const names = nodes.map(nameOf);
  return PLACES.find(
    ({ file, names: listed }) =>
      isIn(path, file) &&
      (listed === '*' || names.some((name) => name !== undefined && listed.includes(name))),
  );
}

/** Whether a path is the file, or in the folder, that an entry names. */
export function isIn(path: string, place: string): boolean {
  const [name = '', file = ''] = place.split(':');
  if (!path.startsWith(`packages/${name}/src/`)) return false;
  return file.endsWith('/') ? path.includes(`/src/${file}`) : path.endsWith(`/${file}`);
}

function nameOf(node: SyntaxNode): string | undefined {
  if (['FunctionDeclaration', 'VariableDeclarator', 'ClassDeclaration'].includes(node.type)) {
    return textIn(nodeIn(node, 'id'), 'name');
  }
  return node.type === 'MethodDefinition' ? textIn(nodeIn(node, 'key'), 'name') : undefined;
}

/** Texts of messages and titles, and what only serves diagnostics inside of functions that do more. */
function reasonInside(path: string, nodes: readonly SyntaxNode[], code: string): string | null {
  if (nodes.some(isText) || nodes.some(isArgumentOfError)) return MESSAGES;
  const line = LINES.find((each) => isIn(path, each.file) && isOnLine(each, nodes[0], code));
  if (line !== undefined) return line.reason;
  const isCatch = nodes.some(({ type }) => type === 'CatchClause');
  if (isCatch && CATCHES.some((file) => isIn(path, file))) return PROCESS;
  const isMemberNamed = (name: string) => nodes.some((node) => isMember(node, [name]));
  if (isIn(path, 'router:read-documents.ts') && isMemberNamed('findings')) return DIAGNOSTICS;
  if (isIn(path, 'router:dead-rules.ts') && isMemberNamed('position')) return DEAD_PLACE;
  return path.includes('/router/') && nodes.some((node) => isDiagnostic(node, code)) ? DIAGNOSTICS : null;
}

/** The texts of findings, and the titles and numbers of steps, which serve `explain`. */
function isText(node: SyntaxNode): boolean {
  const name = textIn(nodeIn(node, 'id'), 'name') ?? '';
  const isTextVariable = node.type === 'VariableDeclarator' && ['message', 'places'].includes(name);
  const isTextDefault =
    node.type === 'AssignmentPattern' && textIn(nodeIn(node, 'left'), 'name') === 'message';
  return (
    isTextVariable ||
    isTextDefault ||
    name.endsWith('MEANINGS') ||
    isMember(node, ['message', 'title', 'step'])
  );
}

/** The second argument of an error, and that of a function which throws one. */
function isArgumentOfError(node: SyntaxNode, index: number, nodes: readonly SyntaxNode[]): boolean {
  const around = nodes[index + 1];
  const callee = nodeIn(around, 'callee');
  const name = textIn(callee, 'name');
  const args = around?.['arguments'];
  if (name === 'WcpError') return Array.isArray(args) && args[1] === node;
  return name === 'refused' && callee !== node;
}

function isDiagnostic(node: SyntaxNode, code: string): boolean {
  if (isMember(node, ['diagnostics'])) return true;
  if (node.type === 'VariableDeclarator') return textIn(nodeIn(node, 'id'), 'name') === 'diagnostics';
  const text = code.slice(node.start, node.end);
  return node.type === 'CallExpression' && /^(errorAt|errorsUnder|under|diagnostics\.push)\(/.test(text);
}

function isMember(node: SyntaxNode, names: readonly string[]): boolean {
  if (node.type !== 'Property') return false;
  return names.includes(textIn(requireNode(node, 'key'), 'name') ?? '');
}

function isOnLine({ line, part = /^/ }: ExcludedLine, node: SyntaxNode | undefined, code: string): boolean {
  if (node === undefined) return false;
  const from = code.lastIndexOf('\n', node.start) + 1;
  const to = code.indexOf('\n', node.start);
  return line.test(code.slice(from, to).trim()) && part.test(code.slice(node.start, node.end));
}
