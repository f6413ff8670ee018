import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const quote = await client.quotes.get("her-2013-a-wife-without-the-challenges", { fields: ["text", "speaker"] });
console.log(quote.text, quote.speaker?.label);
