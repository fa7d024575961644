import { execFileSync } from "node:child_process";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join } from "node:path";

/** Makes a named pipe: a command that writes into it waits until somebody reads, so a test needs no sleep. */
export function fifo(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync("mkfifo", [path]);
  return path;
}

/** The first line that anybody writes into a named pipe. */
export async function firstLine(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    for await (const line of createInterface(handle.createReadStream({ autoClose: false }))) return line;
    return "";
  } finally {
    await handle.close();
  }
}
