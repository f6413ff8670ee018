import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const claim = await client.commentary.get("her-2013-perfection-opposes-reality", { include: "quotes" });
console.log(claim.text, claim.quotes.map((quote) => quote.text));
