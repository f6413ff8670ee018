// Reads references as reference managers do, and formats CSL-JSON with the processor of Zotero; prints JSON.
// Usage: node read_references.mjs FOLDER-OF-MODULES < {"bibtex": text, "ris": text, "csl": items,
// "styles": {name: XML}, "locale": XML}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.argv[2]}/`);
const { plugins } = require("@citation-js/core");
require("@citation-js/plugin-bibtex");
require("@citation-js/plugin-ris");
const CSL = require("citeproc");

const input = JSON.parse(readFileSync(0, "utf8"));
const items = Object.fromEntries(input.csl.map((item) => [item.id, item]));
const formatted = {};
for (const [name, style] of Object.entries(input.styles)) {
  const system = { retrieveLocale: () => input.locale, retrieveItem: (id) => items[id] };
  const engine = new CSL.Engine(system, style, "en-US");
  engine.setOutputFormat("text");
  formatted[name] = {};
  for (const id of Object.keys(items)) {
    engine.updateItems([id]);
    formatted[name][id] = engine.makeBibliography()[1][0].trim();
  }
}
console.log(
  JSON.stringify({
    bibtex: plugins.input.chain(input.bibtex, { generateGraph: false }),
    ris: plugins.input.chain(input.ris, { generateGraph: false }),
    formatted,
  }),
);
