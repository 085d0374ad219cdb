"""What each node of a Python source is changed into."""

import ast
import copy
from dataclasses import dataclass
from typing import Any, Callable, Iterator

Around = tuple[ast.AST, ...]
Operator = Callable[[Any, Around], Iterator["Change"]]

# The negation and the boundary of a comparison.
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,)}
ARITHMETIC: dict[type, type] = {ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr}
OPPOSITES = {"min": "max", "max": "min", "all": "any", "any": "all", "startswith": "endswith", "endswith": "startswith",
             "isdisjoint": "issubset", "removeprefix": "removesuffix", "rpartition": "partition"}
DROPPED = {"strip", "replace", "normalize", "lower", "upper"}
# Their arguments may change places, or only throw when they do.
UNSWAPPED = {"min", "max", "isinstance"}
DENY_CODES = ("DENY_INTERNAL_ERROR", "DENY_NO_MATCHING_RULE")


@dataclass
class Change:
    """A change of a node. `place` and `left_out` are a part of it, and its code, that it is written again without."""

    operator: str
    code: str
    place: Any = None
    left_out: str | None = None


def changes(node: ast.AST, around: Around) -> Iterator[Change]:
    """Everything that a node is changed into; a docstring and what is only a name are left alone."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    yield from OPERATORS.get(type(node), nothing)(node, around)
    if around and getattr(around[0], "test", None) is node:
        for value in ("True", "False")[isinstance(around[0], ast.While):]:
            yield Change("condition", value)


def nothing(node: ast.AST, around: Around) -> Iterator[Change]:
    """No change."""
    yield from ()


def written(node: ast.AST, **members: Any) -> str:
    """The code of a node with other members."""
    other = copy.copy(node)
    for name, value in members.items():
        setattr(other, name, value)
    return ast.unparse(other)


def without(items: list[Any], index: int) -> list[Any]:
    return items[:index] + items[index + 1:]


def compare(node: ast.Compare, around: Around) -> Iterator[Change]:
    for index, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1:]]
            yield Change("comparison", written(node, ops=ops))


def logic(node: ast.BoolOp, around: Around) -> Iterator[Change]:
    yield Change("logic", written(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And()))
    for index, _ in enumerate(node.values):
        rest = without(node.values, index)
        yield Change("operand removed", ast.unparse(rest[0]) if len(rest) == 1 else written(node, values=rest))


def negation(node: ast.UnaryOp, around: Around) -> Iterator[Change]:
    if isinstance(node.op, ast.Not):
        yield Change("negation removed", ast.unparse(node.operand))


def binary(node: ast.BinOp, around: Around) -> Iterator[Change]:
    """Numbers get another operator; objects and sets lose an operand, and where the later wins they change places."""
    sides = (node.left, node.right)
    is_number = any(isinstance(side, ast.Constant) and isinstance(side.value, (int, float)) for side in sides)
    if type(node.op) in ARITHMETIC:
        yield Change("arithmetic", written(node, op=ARITHMETIC[type(node.op)]()))
    elif is_number and isinstance(node.op, (ast.Add, ast.Sub)):
        yield Change("arithmetic", written(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()))
    else:
        yield Change("operand removed", ast.unparse(node.left))
        if not isinstance(node.op, ast.Sub):
            yield Change("operand removed", ast.unparse(node.right))
    if isinstance(node.op, ast.BitOr):
        yield Change("operands swapped", written(node, left=node.right, right=node.left))


def constant(node: ast.Constant, around: Around) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield Change("boolean", str(not value))
    elif isinstance(value, (int, float)):
        for other in (value + 1, value - 1) if value > 0 else (value + 1,):
            yield Change("number", repr(other))
    elif isinstance(value, str) and not is_name(node, around):
        other = next(code for code in DENY_CODES if code != value) if value.startswith("DENY_") else ""
        yield Change("text", repr(other or ("mutant" if value == "" else "")))


def is_name(node: ast.Constant, around: Around) -> bool:
    """Whether a text names a member, is part of an f-string, or is a docstring."""
    parent = around[0]
    if isinstance(parent, ast.Dict):
        return node in parent.keys
    if isinstance(parent, ast.Subscript):
        return parent.slice is node
    return isinstance(parent, (ast.JoinedStr, ast.Expr))


def text(node: ast.JoinedStr, around: Around) -> Iterator[Change]:
    yield Change("empty text", "''")


def filters(node: Any, around: Around) -> Iterator[Change]:
    """The conditions of a comprehension."""
    for index, generator in enumerate(node.generators):
        for number, _ in enumerate(generator.ifs):
            other = copy.copy(generator)
            other.ifs = without(generator.ifs, number)
            rest = [*node.generators[:index], other, *node.generators[index + 1:]]
            yield Change("condition removed", written(node, generators=rest))


def items(node: Any, around: Around) -> Iterator[Change]:
    """The items of a list, a set, or a tuple that is one of alternatives."""
    is_alternatives = isinstance(around[0], (ast.Compare, ast.ExceptHandler))
    if isinstance(getattr(node, "ctx", None), ast.Store) or isinstance(node, ast.Tuple) and not is_alternatives:
        return
    if not node.elts:
        yield Change("item added", "['mutant']")
    for index, item in enumerate(node.elts):
        rest = without(node.elts, index)
        code = "set()" if isinstance(node, ast.Set) and not rest else written(node, elts=rest)
        yield Change("item removed", code, item, ast.unparse(item))


def members(node: ast.Dict, around: Around) -> Iterator[Change]:
    if not node.keys:
        yield Change("member added", "{'mutant': 'mutant'}")
    for index, (key, value) in enumerate(zip(node.keys, node.values)):
        code = written(node, keys=without(node.keys, index), values=without(node.values, index))
        left_out = ast.unparse(value) if key is None else f"{ast.unparse(key)}: {ast.unparse(value)}"
        yield Change("member removed", code, key or value, left_out)


def call(node: ast.Call, around: Around) -> Iterator[Change]:
    args, name = node.args, node.func
    is_swappable = len(args) > 1 and not any(isinstance(arg, ast.Starred) for arg in args[:2])
    if is_swappable and ast.unparse(name) not in UNSWAPPED:
        yield Change("arguments swapped", written(node, args=[args[1], args[0], *args[2:]]))
    for index, keyword in enumerate(node.keywords):
        code = written(node, keywords=without(node.keywords, index))
        yield Change("argument removed", code, keyword.value, ast.unparse(keyword))
    if isinstance(name, ast.Name):
        if name.id in OPPOSITES:
            yield Change("function", written(node, func=ast.Name(OPPOSITES[name.id])))
        if name.id == "sorted":
            yield Change("call dropped", f"list({ast.unparse(args[0])})")
    elif isinstance(name, ast.Attribute):
        if name.attr in OPPOSITES:
            yield Change("method", written(node, func=ast.Attribute(name.value, OPPOSITES[name.attr])))
        if name.attr in DROPPED:
            yield Change("call dropped", ast.unparse(name.value))
        if name.attr == "get" and len(args) == 2:
            yield Change("default removed", written(node, args=args[:1]))


def function(node: ast.Lambda, around: Around) -> Iterator[Change]:
    if not isinstance(node.body, ast.Constant):
        yield Change("no value", written(node, body=ast.Constant(None)))


def removed(node: ast.stmt, around: Around) -> Iterator[Change]:
    yield Change("statement removed", "pass")


def returned(node: ast.Return, around: Around) -> Iterator[Change]:
    if node.value is None:
        yield Change("statement removed", "pass")
    elif not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield Change("no value", "return None")


def assignment(node: ast.Assign, around: Around) -> Iterator[Change]:
    """What sets a member of something that exists; a variable that is not set would only crash."""
    if all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets):
        yield Change("statement removed", "pass")


def augmented(node: ast.AugAssign, around: Around) -> Iterator[Change]:
    yield Change("statement removed", "pass")
    if isinstance(node.op, (ast.Add, ast.Sub)):
        yield Change("assignment", written(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()))
    else:
        yield Change("assignment", f"{ast.unparse(node.target)} = {ast.unparse(node.value)}")


OPERATORS: dict[type, Operator] = {
    ast.Compare: compare, ast.BoolOp: logic, ast.UnaryOp: negation, ast.BinOp: binary, ast.Constant: constant,
    ast.JoinedStr: text, ast.ListComp: filters, ast.SetComp: filters, ast.DictComp: filters,
    ast.GeneratorExp: filters, ast.List: items, ast.Set: items, ast.Tuple: items, ast.Dict: members, ast.Call: call,
    ast.Lambda: function, ast.Expr: removed, ast.Raise: removed, ast.Continue: removed, ast.Return: returned,
    ast.Assign: assignment, ast.AugAssign: augmented}
