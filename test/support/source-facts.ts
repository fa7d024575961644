import { parseAst } from "vitest/node";

/** How one file refers to another. `type` is erased before anything runs; `re-export` is `export … from`. */
export type ImportKind = "static" | "type" | "re-export" | "dynamic" | "require";

/** One reference of a file to a module. */
export interface ImportFact {
  kind: ImportKind;
  /** As written; null where it is computed and cannot be known. */
  specifier: string | null;
  /** From 1. */
  line: number;
}

/** One use of a name that was not necessarily declared in the file, as `Date` or `Math.random`. */
export interface UseFact {
  name: string;
  line: number;
}

/** What the rules look at in one file. */
export interface SourceFacts {
  imports: ImportFact[];
  /** Every identifier that is read as a value, and every `object.property` on one. */
  uses: UseFact[];
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

/** Nodes of types that wrap an expression; everything else that begins with TS says nothing about what runs. */
const TRANSPARENT_TYPES = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

/** Reads the imports and the used names out of a TypeScript text. Throws a SyntaxError when it does not parse. */
export function readFacts(text: string): SourceFacts {
  const facts: SourceFacts = { imports: [], uses: [] };
  const lineOf = (node: Node): number => text.slice(0, node.start).split("\n").length;
  const visit = (node: Node): void => {
    const found = importOf(node);
    if (found !== null) facts.imports.push({ ...found, line: lineOf(node) });
    for (const name of usesOf(node)) facts.uses.push({ name, line: lineOf(node) });
    for (const child of childrenThatRun(node)) visit(child);
  };
  // oxlint-disable-next-line typescript/no-deprecated -- its successor is not re-exported by vitest
  visit(parseAst(text, { lang: "ts" }) as unknown as Node);
  return facts;
}

function importOf(node: Node): Omit<ImportFact, "line"> | null {
  switch (node.type) {
    case "ImportDeclaration":
      return { kind: node["importKind"] === "type" ? "type" : "static", specifier: literal(node["source"]) };
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      if (!isNode(node["source"])) return null;
      return {
        kind: node["exportKind"] === "type" ? "type" : "re-export",
        specifier: literal(node["source"]),
      };
    case "ImportExpression":
      return { kind: "dynamic", specifier: literal(node["source"]) };
    case "TSImportType":
      return { kind: "type", specifier: literal(node["source"]) };
    case "TSExternalModuleReference":
      return { kind: "require", specifier: literal(node["expression"]) };
    case "CallExpression":
      if (!isNode(node["callee"]) || node["callee"]["name"] !== "require") return null;
      return { kind: "require", specifier: literal((node["arguments"] as Node[])[0]) };
    default:
      return null;
  }
}

function literal(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral") return null;
  const [only, ...more] = node["quasis"] as { value: { cooked: string } }[];
  return only !== undefined && more.length === 0 ? only.value.cooked : null;
}

/** Names used at this very node: `x` → x; `x.y` and `x["y"]` → x.y; `const { y } = x` → x.y. */
function usesOf(node: Node): string[] {
  if (node.type === "Identifier") return [node["name"] as string];
  if (node.type === "MemberExpression" && isNode(node["object"])) {
    const owner = node["object"];
    const property = node["property"] as Node;
    const name = node["computed"] === true ? literal(property) : (property["name"] as string);
    return owner.type === "Identifier" && name !== null ? [`${String(owner["name"])}.${name}`] : [];
  }
  if (node.type === "VariableDeclarator" && isNode(node["id"]) && isNode(node["init"])) {
    const { id, init } = node as unknown as { id: Node; init: Node };
    if (id.type !== "ObjectPattern" || init.type !== "Identifier") return [];
    return (id["properties"] as Node[]).map((property) => {
      const key = property["key"];
      return `${String(init["name"])}.${isNode(key) ? String(key["name"] ?? key["value"]) : "…"}`;
    });
  }
  return [];
}

/** The children in which a name is a use: no property names, no labels, no types. Import types are kept for `importOf`. */
function childrenThatRun(node: Node): Node[] {
  const children: Node[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (isNameOnly(node, key)) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!isNode(child)) continue;
      children.push(...(isType(child) ? importTypesIn(child) : [child]));
    }
  }
  return children;
}

function isNameOnly(node: Node, key: string): boolean {
  switch (node.type) {
    case "MemberExpression":
      return key === "property" && node["computed"] !== true;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return key === "key" && node["computed"] !== true;
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return key !== "body";
    case "ExportSpecifier":
      return key === "exported";
    default:
      return false;
  }
}

function isType(node: Node): boolean {
  return (
    node.type.startsWith("TS") &&
    !TRANSPARENT_TYPES.has(node.type) &&
    node.type !== "TSImportEqualsDeclaration" &&
    node.type !== "TSExternalModuleReference" &&
    node.type !== "TSImportType"
  );
}

/** `import("…").Name` hides in types. */
function importTypesIn(node: Node): Node[] {
  if (node.type === "TSImportType") return [node];
  return Object.values(node)
    .flat()
    .filter(isNode)
    .flatMap((child) => importTypesIn(child));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
