import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for (const quote of await client.quotes.random({ count: 3, theme: "loneliness" })) console.log(quote.text);
