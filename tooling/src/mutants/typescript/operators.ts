import { nodeIn, nodesIn, requireNode, type SyntaxNode, textIn } from './syntax-node.ts';

/** A change to the code of a source. */
export interface Change {
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** What is left out, where a whole list is written again without it. */
  readonly place?: SyntaxNode | undefined;
}

/** What an operator needs beside its node. */
interface Context {
  readonly source: string;
  readonly parent: SyntaxNode | undefined;
  /** The code of a node. */
  text(node: SyntaxNode): string;
}

/** What a node of the tree is changed into. */
type Operator = (node: SyntaxNode, context: Context) => Change[];

/** Operators that stand for one another; several where both the boundary and the negation count. */
const BINARY: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
};
const ASSIGNMENTS: Readonly<Record<string, string>> = { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=' };

/** Methods that are replaced by another, and those whose call is dropped. */
const METHODS = new Map([
  ['every', 'some'],
  ['some', 'every'],
  ['min', 'max'],
  ['max', 'min'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
]);
const DROPPED = new Set([
  'filter',
  'slice',
  'sort',
  'reverse',
  'trim',
  'normalize',
  'toLowerCase',
  'subarray',
]);

/** Codes are swapped for another of their family. */
const FAMILIES = [
  { prefix: 'DENY_', codes: ['DENY_INTERNAL_ERROR', 'DENY_NO_MATCHING_RULE'] },
  { prefix: 'ATTEST_', codes: ['ATTEST_SIG_INVALID', 'ATTEST_HASH_MISMATCH'] },
  { prefix: 'RECEIPT_', codes: ['RECEIPT_CHAIN_BREAK', 'RECEIPT_SEQ_GAP'] },
];

const ADDED_ITEM = "'mutant'";

/** The operators by the type of the node that they change. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  BinaryExpression: binary,
  LogicalExpression: logical,
  UnaryExpression: (node, { text }) =>
    node['operator'] === '!'
      ? [replaceNode('negation removed', node, text(requireNode(node, 'argument')))]
      : [],
  IfStatement: (node, context) => conditions(node, ['true', 'false'], context),
  ConditionalExpression: (node, context) => conditions(node, ['true', 'false'], context),
  WhileStatement: (node, context) => conditions(node, ['false'], context),
  Literal: literal,
  TemplateLiteral: (node, { text }) => (text(node) === '``' ? [] : [replaceNode('empty text', node, "''")]),
  ExpressionStatement: (node) => [replaceNode('statement removed', node, ';')],
  ThrowStatement: (node) => [replaceNode('statement removed', node, ';')],
  ReturnStatement: (node) => nothingFor(nodeIn(node, 'argument'), 'null'),
  ArrowFunctionExpression: (node) =>
    requireNode(node, 'body').type === 'BlockStatement' ? [] : nothingFor(nodeIn(node, 'body'), 'undefined'),
  ArrayExpression: arrayItems,
  ObjectExpression: members,
  CallExpression: call,
  NewExpression: emptyCollection,
  MemberExpression: (node, { text }) =>
    node['optional'] === true
      ? [
          replaceNode(
            'optional chaining removed',
            node,
            text(node).replace('?.', node['computed'] ? '' : '.'),
          ),
        ]
      : [],
  AssignmentPattern: (node, { text }) => [
    replaceNode('default removed', node, text(requireNode(node, 'left'))),
  ],
  AssignmentExpression: (node, context) => {
    const other = ASSIGNMENTS[textIn(node, 'operator') ?? ''];
    return other === undefined ? [] : [replaceOperator('assignment', node, other, context)];
  },
};

function replaceNode(operator: string, { start, end }: SyntaxNode, replacement: string): Change {
  return { operator, start, end, replacement };
}

function binary(node: SyntaxNode, context: Context): Change[] {
  return othersOf(node).map((other) => replaceOperator('comparison or arithmetic', node, other, context));
}

function othersOf(node: SyntaxNode): readonly string[] {
  const operator = textIn(node, 'operator') ?? '';
  if (operator !== '+') return BINARY[operator] ?? [];
  return [requireNode(node, 'left'), requireNode(node, 'right')].some(isTextual) ? [] : ['-'];
}

function isTextual(node: SyntaxNode): boolean {
  if (node.type === 'BinaryExpression') {
    return isTextual(requireNode(node, 'left')) || isTextual(requireNode(node, 'right'));
  }
  return (
    node.type === 'TemplateLiteral' ||
    typeof node['value'] === 'string' ||
    /path|root/.test(textIn(node, 'name') ?? '')
  );
}

function replaceOperator(name: string, node: SyntaxNode, other: string, { source }: Context): Change {
  const operator = textIn(node, 'operator') ?? '';
  const at = source.indexOf(operator, requireNode(node, 'left').end);
  const found = at < requireNode(node, 'right').start;
  return {
    operator: name,
    start: at,
    end: found ? at + operator.length : at,
    replacement: found ? other : '',
  };
}

/** The other operator; and each operand by itself, as if the other were not there. */
function logical(node: SyntaxNode, context: Context): Change[] {
  const operator = textIn(node, 'operator');
  const name = operator === '??' ? 'default' : 'operand alone';
  const alone = ['left', 'right'].map((side) =>
    replaceNode(name, node, `(${context.text(requireNode(node, side))})`),
  );
  if (operator === '??') return alone;
  return [replaceOperator('logic', node, operator === '&&' ? '||' : '&&', context), ...alone];
}

function conditions(node: SyntaxNode, values: readonly string[], { text }: Context): Change[] {
  const test = requireNode(node, 'test');
  return values.filter((value) => text(test) !== value).map((value) => replaceNode('condition', test, value));
}

function literal(node: SyntaxNode, { parent, text }: Context): Change[] {
  const value = node['value'];
  if (typeof value === 'boolean') return [replaceNode('boolean', node, String(!value))];
  if (typeof value === 'number') {
    const others = value > 0 ? [value + 1, value - 1] : [value + 1];
    return others.map((other) => replaceNode('number', node, String(other)));
  }
  if (node['regex'] != null) return anchors(node, text(node));
  return typeof value === 'string' && !isName(node, parent) ? [otherText(node, value)] : [];
}

function otherText(node: SyntaxNode, value: string): Change {
  const family = FAMILIES.find(({ prefix }) => value.startsWith(prefix));
  const other = family?.codes.find((code) => code !== value) ?? (value === '' ? 'mutant' : '');
  return replaceNode(family ? 'code swapped' : 'text', node, `'${other}'`);
}

function isName(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined || /^(Import|Export)/.test(parent.type)) return true;
  return parent.type === 'Property' && parent['key'] === node && parent['computed'] !== true;
}

/** A pattern that is no longer held to the beginning or the end of a text. */
function anchors(node: SyntaxNode, text: string): Change[] {
  const end = text.lastIndexOf('/');
  const pattern = text.slice(1, end);
  const loose = [
    pattern.startsWith('^') ? pattern.slice(1) : '',
    /(^|[^\\])\$$/.test(pattern) ? pattern.slice(0, -1) : '',
  ];
  return loose
    .filter((other) => other !== '')
    .map((other) => replaceNode('pattern', node, `/${other}${text.slice(end)}`));
}

function nothingFor(value: SyntaxNode | undefined, nothing: string): Change[] {
  if (value === undefined || value.type === 'Literal' || value['name'] === 'undefined') return [];
  return [replaceNode('no value', value, nothing)];
}

function arrayItems(node: SyntaxNode, { text }: Context): Change[] {
  const elements = nodesIn(node, 'elements');
  if (elements.length === 0) return [replaceNode('item added', node, `[${ADDED_ITEM}]`)];
  return elements.map((item, index) => {
    const rest = elements.filter((_, other) => other !== index).map((each) => (each ? text(each) : ''));
    return { ...replaceNode('item removed', node, `[${rest.join(', ')}]`), place: item ?? undefined };
  });
}

function members(node: SyntaxNode, { text }: Context): Change[] {
  const properties = nodesIn(node, 'properties').filter((property) => property !== null);
  return properties.map((property) => {
    const rest = properties.filter((other) => other !== property).map(text);
    return { ...replaceNode('member removed', node, `{ ${rest.join(', ')} }`), place: property };
  });
}

function emptyCollection(node: SyntaxNode): Change[] {
  const name = textIn(nodeIn(node, 'callee'), 'name') ?? '';
  const isFilled = ['Set', 'Map'].includes(name) && nodesIn(node, 'arguments').length > 0;
  return isFilled ? [replaceNode('empty collection', node, `new ${name}()`)] : [];
}

function call(node: SyntaxNode, { text }: Context): Change[] {
  const callee = requireNode(node, 'callee');
  if (callee.type !== 'MemberExpression' || callee['computed'] === true) return [];
  const property = requireNode(callee, 'property');
  const name = textIn(property, 'name') ?? '';
  const other = METHODS.get(name);
  if (other !== undefined) return [replaceNode('method', property, other)];
  return DROPPED.has(name) ? [replaceNode('call dropped', node, text(requireNode(callee, 'object')))] : [];
}
