// Reads, as programs of other people do, what is at each of the addresses that are given; prints JSON.
// Usage: node consume.mjs FOLDER-OF-MODULES ADDRESS…
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, ...addresses] = process.argv.slice(2);
const entry = createRequire(`${folder}/`).resolve("@extractus/oembed-extractor");
const { extract } = await import(pathToFileURL(entry));
const answers = [];
for (const address of addresses) answers.push(await extract(address, { maxwidth: 500 }));
console.log(JSON.stringify(answers));
