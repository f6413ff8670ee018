import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const quote of client.themes.quotes("loneliness", { max_severity: 0 })) {
  console.log(quote.text);
}
