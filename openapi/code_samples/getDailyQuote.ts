import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
const quote = await client.quotes.daily({ tz: "Europe/Berlin" });
console.log(quote.text);
