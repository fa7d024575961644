import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shell } from "./support/binary.ts";
import { hopper as faked, StoreError, temporaryFolder } from "./support/fake.ts";
import { realCommand } from "./support/real.ts";

const CREATE = ["instance", "create", "global", "--scope", "global"];

describe("given a data folder that cannot be looked into", () => {
  // A link that leads to itself: the same for every user, also for one who may read everything.
  it.each([["instance", "list"], CREATE])("then it is not taken for an empty one: %s %s", async (...argv) => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, ".hopper"), join(folder, ".hopper"));
    const ran = await realCommand(folder)(...argv.filter((word) => word !== undefined));
    expect(ran).toMatchObject({ code: 5, out: "" });
    expect(ran.err).toBe(
      `error: ${join(folder, ".hopper", "hopper.db")} cannot be used: a link there leads to itself\n` +
        `fix: ls -ld ${join(folder, ".hopper")} ${join(folder, ".hopper", "hopper.db")}\n`,
    );
  });

  it.each([
    ["EACCES", "you are not permitted to"],
    ["EROFS", "it is on a file system that can only be read"],
    ["SQLITE_READONLY_DIRECTORY", "its folder cannot be written to, which reading needs, too"],
    ["EWHATEVER", "EWHATEVER"],
  ])("then the system's code %s is said in words", async (code, words) => {
    const ran = await faked(["instance", "list"], {
      onOpen: () => {
        throw new StoreError("not_permitted", `/data/hopper.db cannot be used (${code})`);
      },
    });
    expect(ran).toMatchObject({ code: 5, out: "" });
    expect(ran.err).toBe(
      `error: /data/hopper.db cannot be used: ${words}\nfix: ls -ld /data /data/hopper.db\n`,
    );
  });

  it("then a file that the system refuses elsewhere is no defect of Hopper's", async () => {
    const ran = await faked(["task", "add", "x"], {
      onOpen: () => {
        const refusal = new Error("EACCES: permission denied, open '/data/hopper.db.lock.pid'");
        throw Object.assign(refusal, { code: "EACCES", syscall: "open", path: "/data/hopper.db.lock.pid" });
      },
    });
    expect(ran).toMatchObject({ code: 5, out: "" });
    expect(ran.err).toBe(
      "error: /data/hopper.db.lock.pid cannot be used: you are not permitted to\nfix: ls -ld /data /data/hopper.db.lock.pid\n",
    );
  });
});

describe("given a file of the name .hopper", () => {
  it.each([["instance", "list"], CREATE])("then it is said to be in the way: %s %s", async (...argv) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, ".hopper"), "");
    const ran = await realCommand(folder)(...argv.filter((word) => word !== undefined));
    expect(ran).toMatchObject({ code: 5, out: "" });
    expect(ran.err).toBe(
      `error: ${join(folder, ".hopper")} is a file, where the data folder would be\n` +
        `fix: mv ${join(folder, ".hopper")} ${join(folder, ".hopper.file")}    (or name another folder with --data)\n`,
    );
  });

  it("then another folder can be named", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, ".hopper"), "");
    expect((await realCommand(folder)(...CREATE, "--data", "data")).code).toBe(0);
  });
});

describe("given a current folder that is gone", () => {
  it("then a command says so, and help is still there", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "gone"));
    const ran = shell(folder, 'cd gone && rmdir "$PWD" && { hopper --version && hopper status; }');
    expect(ran.code).toBe(5);
    expect(ran.out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(ran.err).toBe("error: the current folder does not exist any more\nfix: cd\n");
  });
});

describe("given an output that takes nothing", () => {
  it("then the command fails in words, and not as if it had been read", () => {
    const ran = shell(temporaryFolder(), "hopper --help > /dev/full");
    expect(ran).toEqual({
      code: 5,
      out: "",
      err: "error: the output cannot be written (ENOSPC)\nfix: df .\n",
    });
  });
});
