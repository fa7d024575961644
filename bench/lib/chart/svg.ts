const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}

/** A tenth of a pixel is as fine as anybody sees. */
function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `12,345`. */
export function counted(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

export type Attributes = { readonly [name: string]: string | number };

function tag(name: string, attributes: Attributes): string {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === "number" ? rounded(value) : escaped(value)}"`,
  );
  return `<${name}${written.join("")}`;
}

/** An element with elements in it, one a line. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const opened = tag(name, attributes);
  return children.length === 0 ? `${opened}/>` : `${opened}>\n${children.join("\n")}\n</${name}>`;
}

/** An element that holds words. */
export function words(name: string, attributes: Attributes, text: string): string {
  return `${tag(name, attributes)}>${escaped(text)}</${name}>`;
}

/** Words whose baseline begins, is centred or ends (`text-anchor`) at this place. */
export function label(
  text: string,
  place: { readonly x: number; readonly y: number },
  look: { readonly class: string; readonly anchor?: "middle" | "end" },
): string {
  const { class: name, anchor } = look;
  const anchored: Attributes = anchor === undefined ? {} : { "text-anchor": anchor };
  return words("text", { class: name, ...place, ...anchored }, text);
}
