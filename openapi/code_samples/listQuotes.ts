import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const quote of client.quotes.list({ theme: "loneliness" })) {
  console.log(quote.text);
}
