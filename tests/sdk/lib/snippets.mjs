// The code blocks of a Markdown text, as one shell script that does what a reader would do with them.
import assert from "node:assert/strict";

// [{language, name, text}] in the order in which they are read. `name` is the file that a block is saved as.
export function blocksOf(markdown) {
  return [...markdown.matchAll(/^```(\S+)[ ]?(\S*)\n(.*?)^```$/gms)].map(([, language, name, text]) => ({ language, name, text }));
}

// `installed`: the packages that are there, name to version. `replace`: texts that are other ones here.
export function scriptOf(blocks, { installed, replace }) {
  const here = (text) => Object.entries(replace).reduce((all, [from, to]) => all.replaceAll(from, to), text);
  const parts = blocks.map(({ language, name, text }) => {
    if (language === "sh") return here(withoutInstalling(text, installed));
    assert.ok(language === "js" && name, `a block that is neither sh nor js with the name of a file: ${language} ${text}`);
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
