// The one pattern that coverage leaves out: a call of `unreachable(…)` (machines/ exports it). It stands where the
// types say that nothing can come by, so no test can reach it:
//
//   default: return unreachable(kind);            the branch of a switch
//   else throw unreachable(kind);                 the branch of an if
//   const row = rows.get(id) ?? unreachable(id);  the right side of ??, ||, &&, and of a ternary
//   unreachable(kind);                            a statement

/** The little of an ESTree node that is looked at here. */
interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/**
 * vitest's `coverage.ignoreNode`: tells which parts of a program do not count.
 *
 * A branch that consists of nothing but such a call cannot be dropped by itself (the hook is asked about the whole
 * `switch` or `if`), so it is given the extent of the whole: it counts as covered where that was entered at all.
 */
export function ignoreUnreachable(node: object, type: "function" | "statement" | "branch"): boolean {
  const whole = node as Node;
  if (type === "statement") return isOnlyUnreachable(whole);
  if (type === "branch") {
    for (const branch of branchesOf(whole)) {
      if (isOnlyUnreachable(branch)) Object.assign(branch, { start: whole.start, end: whole.end });
    }
  }
  return false;
}

function branchesOf(node: Node): Node[] {
  switch (node.type) {
    case "SwitchStatement":
      return node["cases"] as Node[];
    case "IfStatement":
    case "ConditionalExpression":
      return [node["consequent"], node["alternate"]].filter(isNode);
    case "LogicalExpression":
      return [node["right"]].filter(isNode);
    default:
      return [];
  }
}

function isOnlyUnreachable(node: Node): boolean {
  switch (node.type) {
    case "SwitchCase":
      return isOnlyStatement(node["consequent"] as Node[]);
    case "BlockStatement":
      return isOnlyStatement(node["body"] as Node[]);
    case "ExpressionStatement":
    case "ParenthesizedExpression":
      return isOnlyUnreachable(node["expression"] as Node);
    case "ReturnStatement":
    case "ThrowStatement":
      return isNode(node["argument"]) && isOnlyUnreachable(node["argument"]);
    case "CallExpression":
      return calledName(node["callee"] as Node) === "unreachable";
    default:
      return false;
  }
}

function isOnlyStatement(statements: Node[]): boolean {
  const [only, ...more] = statements;
  return only !== undefined && more.length === 0 && isOnlyUnreachable(only);
}

/** The name that is called: an imported function arrives as `(0, imports.unreachable)(…)`. */
function calledName(callee: Node): unknown {
  switch (callee.type) {
    case "Identifier":
      return callee["name"];
    case "MemberExpression":
      return calledName(callee["property"] as Node);
    case "SequenceExpression":
      return calledName((callee["expressions"] as Node[]).at(-1) ?? callee);
    case "ParenthesizedExpression":
      return calledName(callee["expression"] as Node);
    default:
      return null;
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}
