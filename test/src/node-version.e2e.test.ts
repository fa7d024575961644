import { readFileSync } from "node:fs";
import { execa } from "execa";
import { expect, it } from "vitest";

const menus = ["index.ts", "testing/index.ts"].map(
  (file) => new URL(`../../src/${file}`, import.meta.url).href,
);
const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  engines: { node: string };
};
const needed = Number(/\d+/.exec(engines.node)?.[0]);

/** What a program meets that imports the library under a Node that says it is of this version. */
async function imported(url: string, version: string): Promise<string> {
  const script = `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} });
    import(${JSON.stringify(url)}).then(() => console.log("loaded"), ({ message }) => console.log(message));`;
  return (await execa(process.execPath, ["-e", script])).stdout;
}

it.each(menus)("%s says at once which Node it needs", async (url) => {
  const said = await imported(url, `${needed - 1}.9.1`);
  expect(said).toContain(`hopper-runtime needs Node ${needed} or newer; this is v`);
  expect(await imported(url, `${needed}.0.0`)).toBe("loaded");
});
