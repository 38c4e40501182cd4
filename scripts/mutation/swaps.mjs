// The mutants that Stryker lacks: two neighbouring statements of a function change places. Only what still compiles is
// tried, and not what plainly commutes.
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { functionAt, parse } from './syntax.mjs';

/** Every pair of neighbouring statements in a function, as a mutant: `{ function, operator, line, position, change, mutated }`. */
export function swapsIn(source) {
  const tree = parse(source);
  const pairs = [];
  visit(tree);
  return pairs.filter(([a, b]) => !commute(a, b)).map(([a, b]) => swap(tree, a, b));

  function visit(node) {
    const isBody = ts.isBlock(node) || ts.isCaseOrDefaultClause(node);
    if (isBody) pairs.push(...node.statements.slice(1).map((b, i) => [node.statements[i], b]));
    ts.forEachChild(node, visit);
  }
}

function swap(tree, a, b) {
  const { text } = tree;
  const [first, second] = [a.getText(tree), b.getText(tree)];
  const between = text.slice(a.end, b.getStart(tree));
  const position = a.getStart(tree);
  return {
    line: tree.getLineAndCharacterOfPosition(position).line + 1,
    position,
    function: functionAt(tree, position),
    operator: `${kindOf(a)} <=> ${kindOf(b)}`,
    change: `${headOf(first)} <=> ${headOf(second)}`,
    mutated: text.slice(0, position) + second + between + first + text.slice(b.end),
  };
}

/** What a statement does, without names. */
function kindOf(statement) {
  if (ts.isVariableStatement(statement)) return 'declare';
  if (ts.isFunctionDeclaration(statement)) return 'function';
  if (!ts.isExpressionStatement(statement)) {
    return /^(\w+?)(?:Statement)?$/.exec(ts.SyntaxKind[statement.kind])[1].toLowerCase();
  }
  const { expression } = statement;
  if (ts.isAwaitExpression(expression)) return 'await';
  if (ts.isCallExpression(expression)) return 'call';
  return ts.isBinaryExpression(expression) ? 'assign' : 'count';
}

function headOf(code) {
  const line = code.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 77)}...` : line;
}

/** Whether two statements do the same in either order, as far as their text alone shows it. */
function commute(a, b) {
  if (ts.isFunctionDeclaration(a) || ts.isFunctionDeclaration(b)) return true;
  if (isReading(a) && isReading(b)) return ts.isVariableStatement(a) || ts.isVariableStatement(b);
  const [left, right] = [plainAssignment(a), plainAssignment(b)];
  return left !== undefined && right !== undefined && left !== right;
}

/** A declaration, or an early exit, that changes nothing before. */
function isReading(statement) {
  if (ts.isVariableStatement(statement)) return onlyReads(statement);
  return ts.isIfStatement(statement) && isExit(statement) && onlyReads(statement.expression);
}

function isExit({ thenStatement, elseStatement }) {
  const { statements: [only, ...others] = [thenStatement] } = thenStatement;
  const exits = only !== undefined && (ts.isReturnStatement(only) || ts.isThrowStatement(only));
  return exits && others.length === 0 && elseStatement === undefined;
}

/** Whether evaluating something calls nothing and changes nothing; the bodies of functions aren't evaluated. */
function onlyReads(node) {
  if (ts.isFunctionLike(node)) return true;
  const acts =
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isYieldExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isDeleteExpression(node) ||
    ts.isPostfixUnaryExpression(node) ||
    (ts.isPrefixUnaryExpression(node) && /^(\+\+|--)/.test(node.getText())) ||
    (ts.isBinaryExpression(node) && ts.isAssignmentOperator(node.operatorToken.kind));
  return !acts && ts.forEachChild(node, (child) => (onlyReads(child) ? undefined : true)) === undefined;
}

/** The target of `target = value` if the value is a name or a literal, which no other assignment of this kind changes. */
function plainAssignment(statement) {
  if (!ts.isExpressionStatement(statement)) return undefined;
  const { expression } = statement;
  if (!ts.isBinaryExpression(expression) || expression.operatorToken.kind !== ts.SyntaxKind.EqualsToken)
    return undefined;
  const { left, right } = expression;
  const isPlain = ts.isIdentifier(right) || ts.isLiteralExpression(right) || isKeyword(right);
  return isPlain && !ts.isIdentifier(left) ? left.getText() : undefined;
}

function isKeyword({ kind }) {
  const { TrueKeyword, FalseKeyword, NullKeyword } = ts.SyntaxKind;
  return kind === TrueKeyword || kind === FalseKeyword || kind === NullKeyword;
}

/** Whether a text in place of a file's own passes the type checker with the project's options. */
export function compiler(root) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const versions = new Map();
  const service = ts.createLanguageService({
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    realpath: ts.sys.realpath,
    getCompilationSettings: () => ({ ...options, noEmit: true }),
    getScriptFileNames: () => [...versions.keys()],
    getScriptVersion: (file) => String(versions.get(file)?.version ?? 0),
    getScriptSnapshot(file) {
      const text = versions.get(file)?.text ?? ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  let version = 0;
  return function compiles(file, text) {
    versions.set(file, { text, version: ++version });
    const problems = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
    versions.delete(file);
    return problems.length === 0;
  };
}

/** The specs of a file's folder, that of the same name first. */
export function specsFor(file, specs) {
  const folder = dirname(file);
  const own = `spec/${file}.spec.ts`;
  const others = specs.filter((spec) => dirname(spec) === `spec/${folder}` && spec !== own);
  return specs.includes(own) ? [own, ...others] : others;
}
