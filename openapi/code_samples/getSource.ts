import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
console.log(await client.sources.getAs("her-perfection-is-the-enemy-of-real", { format: "bibtex" }));
