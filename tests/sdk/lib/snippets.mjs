// The code blocks of a guide, done as a reader would do them: `sh` blocks in one shell one after another, blocks with a name saved
// as that file, all in one folder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const guides = fileURLToPath(new URL("../../../docs/guides", import.meta.url));

// Follows a guide in a folder of its own and gives {printed, folder, remove}.
//   packages: folders with a package.json and node_modules: what there is to install
//   replace: texts that are other ones here, as addresses of nodes are
//   choose: of the guide's blocks, those that are done
//   until: what the guide prints when all is done and its last program goes on, which `remove` ends
export async function follow(guide, { node, packages, replace = {}, environment = {}, choose = (blocks) => blocks, until }) {
  const folder = mkdtempSync(join(tmpdir(), "passport-guide-"));
  linkPackages(join(folder, "node_modules"), packages.map((one) => join(one, "node_modules")));
  const blocks = choose(blocksOf(readFileSync(join(guides, guide), "utf8")));
  const script = scriptOf(blocks, installedIn(packages), { "http://localhost:9545": node.url, ...replace });
  const path = `${dirname(process.env.PASSPORT_CLI)}:${process.env.PATH}`;
  const shell = startShell(script, { cwd: folder, env: { ...process.env, ...environment, FIRST: node.url, PATH: path } });
  const remove = async () => {
    await shell.stop();
    rmSync(folder, { recursive: true });
  };
  try {
    return { printed: await shell.printed(until), folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

// A shell and all that it starts: a process group.
function startShell(script, { cwd, env }) {
  const child = spawn("bash", ["-euc", script], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error; // it has ended
    }
  };
  process.once("exit", kill);
  const ended = new Promise((resolve) => child.once("close", resolve));
  let out = "";
  let complaints = "";
  child.stderr.on("data", (part) => (complaints += part));
  return {
    // What it printed by its good end, or by the time that `until` was in it.
    printed: (until) =>
      new Promise((resolve, reject) => {
        child.stdout.on("data", (part) => {
          out += part;
          if (until?.test(out)) resolve(out);
        });
        ended.then((code) => (code === 0 ? resolve(out) : reject(new Error(`the guide ended with ${code}: ${out}${complaints}`))));
      }),
    stop: async () => {
      kill();
      await ended;
      process.off("exit", kill);
    },
  };
}

// [{language, name, text}] in the order in which they are read.
export function blocksOf(markdown) {
  return [...markdown.matchAll(/^```(\S+)[ ]?(\S*)\n(.*?)^```$/gms)].map(([, language, name, text]) => ({ language, name, text }));
}

function scriptOf(blocks, installed, replace) {
  const here = (text) => Object.entries(replace).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const parts = blocks.map(({ language, name, text }) => {
    if (language === "sh") return here(withoutInstalling(text, installed));
    assert.ok(name, `a block that is neither sh nor a file: ${language} ${text}`);
    return `cat >${name} <<'END_OF_SNIPPET'\n${here(text)}END_OF_SNIPPET\n`;
  });
  return `${wrapper}${parts.join("\n")}`;
}

// The program `passport` asks the first node unless it is told otherwise, and here that may listen elsewhere.
const wrapper = `
passport() {
  case "$*" in
    *--url* | "scope keygen"*) command passport "$@" ;;
    *) command passport "$@" --url "$FIRST" ;;
  esac
}
`;

// `npm install NAME@VERSION...` names exactly what is installed here.
function withoutInstalling(text, installed) {
  const install = /^npm install (.*)$/gm;
  for (const [, packages] of text.matchAll(install)) {
    for (const one of packages.split(" ")) {
      const [, name, version] = /^(.+)@([^@]+)$/.exec(one) ?? assert.fail(`${one} names no version`);
      assert.equal(installed[name], version, `the tests have another ${name} than the guide installs`);
    }
  }
  return text.replace(install, "");
}

function installedIn(packages) {
  const wanted = packages.map((one) => JSON.parse(readFileSync(join(one, "package.json"), "utf8")));
  return Object.assign({}, ...wanted.flatMap(({ dependencies, devDependencies }) => [dependencies, devDependencies]));
}

// One node_modules of several; the first wins. Packages go on finding their own dependencies where they really are.
function linkPackages(target, folders) {
  mkdirSync(target, { recursive: true });
  for (const from of folders) {
    for (const name of readdirSync(from)) {
      if (name.startsWith("@")) linkPackages(join(target, name), [join(from, name)]);
      else if (!existsSync(join(target, name))) symlinkSync(join(from, name), join(target, name));
    }
  }
}
