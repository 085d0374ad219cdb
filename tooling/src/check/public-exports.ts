import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { lineOf, parseFile } from '../repository/source-file.ts';
import type { WorkspacePackage } from '../repository/workspace.ts';

/** A function or class that users of a package can import. */
export interface PublicExport {
  readonly name: string;
  /** The names by which it is imported: `@wcp/evidence/log`. */
  readonly specifiers: readonly string[];
  /** `path:line` of its declaration. */
  readonly place: string;
  /** The code of each `@example` in its doc comment. */
  readonly examples: readonly string[];
}

/** Where the declaration of an exported name stands: several where a function has overloads. */
type Declarations = readonly ts.Node[];

/** The functions and classes that the entries of a package's export map lead to, each once. */
export function publicExports(root: string, { name, entries }: WorkspacePackage): PublicExport[] {
  const found = new Map<string, PublicExport>();
  for (const [subpath, file] of entries) {
    for (const exported of exportedNames(root, file)) {
      const declarations = declarationsOf(root, file, exported);
      const [first] = declarations;
      if (first === undefined) continue;
      const place = `${first.getSourceFile().fileName}:${lineOf(first)}`;
      const specifiers = [...(found.get(place)?.specifiers ?? []), join(name, subpath)];
      const examples = declarations.flatMap(examplesOf);
      found.set(place, { name: exported, specifiers, place, examples });
    }
  }
  return [...found.values()];
}

/** The names that a file exports as values. */
function exportedNames(root: string, file: string): string[] {
  if (!existsSync(join(root, file))) return [];
  return parseFile(root, file).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) return namesIn(statement);
    return isExported(statement) ? declaredIn(statement).map(({ name }) => name) : [];
  });
}

function namesIn({ exportClause, isTypeOnly }: ts.ExportDeclaration): string[] {
  if (isTypeOnly || exportClause === undefined || !ts.isNamedExports(exportClause)) return [];
  return exportClause.elements.filter((element) => !element.isTypeOnly).map(({ name }) => name.text);
}

/** Follows a name to the functions or the class that it stands for; none where it is something else. */
function declarationsOf(root: string, path: string, name: string): Declarations {
  if (!existsSync(join(root, path))) return [];
  const file = parseFile(root, path);
  const own = file.statements.flatMap(declaredIn).filter((declared) => declared.name === name);
  if (own.length > 0) return own.map(({ node }) => node).filter(isFunctionOrClass);
  for (const statement of file.statements) {
    const source = sourceOf(statement, name);
    if (source === null) continue;
    if (source.specifier === null) return declarationsOf(root, path, source.name);
    if (!source.specifier.startsWith('.')) return [];
    return declarationsOf(root, join(dirname(path), source.specifier), source.name);
  }
  return [];
}

/** Where a statement takes a name from: another file, or (`null`) this one under another name. */
function sourceOf(statement: ts.Statement, name: string): { specifier: string | null; name: string } | null {
  const elements = namedElements(statement);
  const element = elements.find((each) => each.name.text === name);
  if (element === undefined) return null;
  const original = element.propertyName?.text ?? name;
  const { moduleSpecifier } = Object(statement);
  const specifier = moduleSpecifier === undefined ? null : String(moduleSpecifier.text);
  return specifier === null && original === name ? null : { specifier, name: original };
}

function namedElements(statement: ts.Statement): readonly (ts.ExportSpecifier | ts.ImportSpecifier)[] {
  if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined) {
    return ts.isNamedExports(statement.exportClause) ? statement.exportClause.elements : [];
  }
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined;
  return bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
}

/** The names that a statement declares, exported or not. */
function declaredIn(statement: ts.Statement): { name: string; node: ts.Node }[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((node) => ({ name: node.name.getText(), node }));
  }
  const isNamed = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
  return isNamed && statement.name ? [{ name: statement.name.text, node: statement }] : [];
}

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  return ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function isFunctionOrClass(node: ts.Node): boolean {
  if (!ts.isVariableDeclaration(node)) return true;
  return node.initializer !== undefined && isFunction(node.initializer);
}

function isFunction(node: ts.Expression): boolean {
  if (ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node))
    return isFunction(node.expression);
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node);
}

/** The code of each `@example` above a declaration. */
function examplesOf(node: ts.Node): string[] {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .flatMap((comment) => examplesIn(comment.getText()));
}

/** The code of each `@example` of a doc comment, without a fence where there is one. */
function examplesIn(comment: string): string[] {
  const text = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .replace(/^[ \t]*\* ?/gm, '');
  const [, ...parts] = text.split(/^[ \t]*@example\b/m);
  return parts.map((part) => {
    const example = part.split(/^@[a-z]+\b/m)[0] ?? '';
    const fenced = /^```\w*\n([\s\S]*?)^```/m.exec(example)?.[1];
    return (fenced ?? example).trim();
  });
}
