import { readFileSync } from "node:fs";
import { Marked } from "marked";
import type { Plugin } from "vite";

const GUIDE = /\/docs\/guide\/[a-z]+\/[a-z]+\.md$/;

/**
 * A page of docs/guide as a module: its default export is the page as HTML, made when the site is built.
 *
 * Pictures become files of the site (`../../screens/lead-1366x768.png`), loaded when they are scrolled to.
 */
export function guidePlugin(): Plugin {
  return {
    name: "tongtang-guide",
    load(id) {
      if (!GUIDE.test(id)) return null;
      this.addWatchFile(id);
      return guideModule(readFileSync(id, "utf8"));
    },
  };
}

function guideModule(markdown: string): string {
  const pictures: string[] = [];
  const marked = new Marked({
    renderer: {
      image({ href, text }) {
        // A word that no page has, replaced by the picture's address in the module below.
        return `<img src="@@${pictures.push(href) - 1}@@" alt="${escaped(text)}" loading="lazy">`;
      },
    },
  });
  const html = JSON.stringify(marked.parse(markdown, { async: false }));
  const imports = pictures.map((href, n) => `import picture${n} from ${JSON.stringify(href)};`);
  const filled = html.replace(/@@(\d+)@@/g, '" + picture$1 + "');
  return `${imports.join("\n")}\nexport default ${filled};\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
