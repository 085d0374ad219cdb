/** The mutation operators: what a node of the tree is changed into. */

/** Operators that stand for one another; several where both the boundary and the negation count. */
const BINARY = {
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
const ASSIGNMENTS = { '+=': '-=', '-=': '+=', '*=': '/=', '/=': '*=' };

/** Methods that are replaced by another, and those whose call is dropped. */
const METHODS = {
  every: 'some',
  some: 'every',
  min: 'max',
  max: 'min',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
};
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
  ['DENY_INTERNAL_ERROR', 'DENY_NO_MATCHING_RULE'],
  ['ATTEST_SIG_INVALID', 'ATTEST_HASH_MISMATCH'],
  ['RECEIPT_CHAIN_BREAK', 'RECEIPT_SEQ_GAP'],
];

const FRESH_ITEM = "'mutant'";

/**
 * The operators by the type of node that they change. Each gives `[name, start, end, replacement]`.
 * `text(node)` is the source of a node.
 */
export const OPERATORS = {
  BinaryExpression: (node, context) =>
    (binaryOf(node) ?? []).map((operator) =>
      replaceOperator('comparison or arithmetic', node, operator, context),
    ),
  LogicalExpression: logical,
  UnaryExpression: (node, { text }) =>
    node.operator === '!' ? [['negation removed', node.start, node.end, text(node.argument)]] : [],
  IfStatement: (node, { text }) => conditions(node.test, ['true', 'false'], text),
  ConditionalExpression: (node, { text }) => conditions(node.test, ['true', 'false'], text),
  WhileStatement: (node, { text }) => conditions(node.test, ['false'], text),
  Literal: literal,
  TemplateLiteral: (node, { text }) =>
    text(node) === '``' ? [] : [['empty text', node.start, node.end, "''"]],
  ExpressionStatement: (node) => [['statement removed', node.start, node.end, ';']],
  ThrowStatement: (node) => [['statement removed', node.start, node.end, ';']],
  ReturnStatement: ({ argument }) => nothingFor(argument, 'null'),
  ArrowFunctionExpression: ({ body, expression }) =>
    expression || body.type !== 'BlockStatement' ? nothingFor(body, 'undefined') : [],
  ArrayExpression: arrayItems,
  ObjectExpression: members,
  CallExpression: call,
  NewExpression: (node) =>
    ['Set', 'Map'].includes(node.callee.name) && node.arguments.length > 0
      ? [['empty collection', node.start, node.end, `new ${node.callee.name}()`]]
      : [],
  MemberExpression: (node, { text }) =>
    node.optional
      ? [
          [
            'optional chaining removed',
            node.start,
            node.end,
            text(node).replace('?.', node.computed ? '' : '.'),
          ],
        ]
      : [],
  AssignmentPattern: (node, { text }) => [['default removed', node.start, node.end, text(node.left)]],
  AssignmentExpression: (node, context) =>
    node.operator in ASSIGNMENTS
      ? [replaceOperator('assignment', node, ASSIGNMENTS[node.operator], context)]
      : [],
  PropertyDefinition: () => [],
};

function binaryOf({ operator, left, right }) {
  if (operator === '+') return [left, right].some(isTextual) ? null : ['-'];
  return BINARY[operator];
}

function isTextual(node) {
  if (node.type === 'BinaryExpression') return isTextual(node.left) || isTextual(node.right);
  return (
    node.type === 'TemplateLiteral' || typeof node.value === 'string' || /path|root/.test(node.name ?? '')
  );
}

function replaceOperator(name, { left, right, operator }, other, { source }) {
  const at = source.indexOf(operator, left.end);
  return at < right.start ? [name, at, at + operator.length, other] : [name, at, at, ''];
}

/** The other operator; and each operand by itself, as if the other were not there. */
function logical(node, context) {
  const { left, right, operator, start, end } = node;
  const { text } = context;
  const alone = [left, right].map((operand) => ['operand alone', start, end, `(${text(operand)})`]);
  if (operator === '??') return alone.map(([, ...rest]) => ['default', ...rest]);
  return [replaceOperator('logic', node, operator === '&&' ? '||' : '&&', context), ...alone];
}

function conditions(test, values, text) {
  return values
    .filter((value) => text(test) !== value)
    .map((value) => ['condition', test.start, test.end, value]);
}

function literal(node, { parent, text }) {
  const { value, start, end } = node;
  if (typeof value === 'boolean') return [['boolean', start, end, String(!value)]];
  if (typeof value === 'number')
    return [value + 1, ...(value > 0 ? [value - 1] : [])].map((other) => [
      'number',
      start,
      end,
      String(other),
    ]);
  if (node.regex) return anchors(node, text(node));
  if (typeof value !== 'string' || isName(node, parent)) return [];
  const family = FAMILIES.find(([first]) => value.startsWith(first.slice(0, first.indexOf('_') + 1)));
  const other = family?.find((code) => code !== value) ?? (value === '' ? 'mutant' : '');
  return [[family ? 'code swapped' : 'text', start, end, `'${other}'`]];
}

function isName(node, parent) {
  if (parent.type.startsWith('Import') || parent.type.startsWith('Export')) return true;
  return parent.type === 'Property' && parent.key === node && !parent.computed;
}

/** A pattern that is no longer held to the beginning or the end of a text. */
function anchors({ start, end, regex: { pattern, flags } }) {
  const loose = [
    pattern.startsWith('^') ? pattern.slice(1) : null,
    /(^|[^\\])\$$/.test(pattern) ? pattern.slice(0, -1) : null,
  ].filter((other) => other !== null && other !== '');
  return loose.map((other) => ['pattern', start, end, `/${other}/${flags}`]);
}

function nothingFor(value, nothing) {
  if (value == null || value.type === 'Literal' || value.name === 'undefined') return [];
  return [['no value', value.start, value.end, nothing]];
}

function arrayItems({ elements, start, end }, { text }) {
  if (elements.length === 0) return [['item added', start, end, `[${FRESH_ITEM}]`]];
  return elements.map((item, index) => {
    const rest = elements.filter((_, other) => other !== index).map((each) => (each ? text(each) : ''));
    return ['item removed', start, end, `[${rest.join(', ')}]`, item];
  });
}

function members({ properties, start, end }, { text }) {
  return properties.map((property, index) => {
    const rest = properties.filter((_, other) => other !== index).map(text);
    return ['member removed', start, end, `{ ${rest.join(', ')} }`, property];
  });
}

function call(node, { text }) {
  const { callee, start, end } = node;
  if (callee.type !== 'MemberExpression' || callee.computed) return [];
  const { property, object } = callee;
  const { name } = property;
  if (Object.hasOwn(METHODS, name)) return [['method', property.start, property.end, METHODS[name]]];
  return DROPPED.has(name) ? [['call dropped', start, end, text(object)]] : [];
}
