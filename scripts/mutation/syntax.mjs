// Names a mutant by what a rename of variables or another formatting doesn't change: the function, and the operator.
import ts from 'typescript';

export function parse(source) {
  return ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
}

/** The function around a position, such as `LearningRateHistory.at` or `outer.inner`; for constants of the module their name. */
export function functionAt(tree, position) {
  const names = [];
  visit(tree);
  return names.join('.');

  function visit(node) {
    if (position < node.getStart(tree) || position >= node.end) return;
    const name = nameOf(node);
    if (name !== undefined) names.push(name);
    ts.forEachChild(node, visit);
  }
}

/** A variable inside a function has no name here, unless it is a function: it may be renamed freely. */
function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (ts.isFunctionDeclaration(node) || ts.isClassLike(node) || ts.isClassElement(node))
    return node.name?.getText();
  const isNamedValue = ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node);
  if (!isNamedValue || node.initializer === undefined) return undefined;
  return isFunction(node.initializer) || !isInFunction(node) ? node.name.getText() : undefined;
}

function isFunction(node) {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

function isInFunction(node) {
  return ts.findAncestor(node.parent, (above) => ts.isFunctionLike(above)) !== undefined;
}

/** Mutators of Stryker's that exchange one word for another. */
const EXCHANGES = [
  'ArithmeticOperator',
  'AssignmentOperator',
  'EqualityOperator',
  'LogicalOperator',
  'MethodExpression',
  'OptionalChaining',
  'UnaryOperator',
  'UpdateOperator',
];

/** What was done, without the operands: `< => <=`, or the mutator's name if it isn't an exchange of one word. */
export function operatorOf(mutator, original, replacement) {
  if (EXCHANGES.includes(mutator)) {
    const [from, to] = [wordsOf(original), wordsOf(replacement)];
    const changed = from.flatMap((word, i) => (word === to[i] ? [] : [`${word} => ${to[i]}`]));
    if (from.length === to.length && changed.length === 1) return changed[0];
  }
  return replacement === 'true' || replacement === 'false' ? `${mutator} => ${replacement}` : mutator;
}

function wordsOf(code) {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true, ts.LanguageVariant.Standard, code);
  const words = [];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) {
    scanner.reScanGreaterToken(); // >= is read as two words at first
    words.push(scanner.getTokenText());
  }
  return words;
}

/** Gives each mutant of a file its key: function and operator, and a number from the second of the same kind on. */
export function withKeys(mutants) {
  const seen = new Map();
  return mutants
    .toSorted((a, b) => a.position - b.position)
    .map((mutant) => {
      const kind = `${mutant.function}: ${mutant.operator}`;
      const count = (seen.get(kind) ?? 0) + 1;
      seen.set(kind, count);
      return { ...mutant, key: count === 1 ? kind : `${kind} #${count}` };
    });
}
