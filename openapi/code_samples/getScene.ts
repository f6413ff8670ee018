import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const scene = await client.scenes.get("her-2013-lunch-with-catherine", { include: "quotes" });
for (const quote of scene.quotes ?? []) console.log(quote.text);
