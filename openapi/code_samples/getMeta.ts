import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const meta = await client.meta();
console.log(meta.release, meta.content.counts.quotes, "quotes");
