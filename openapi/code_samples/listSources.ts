import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const source of client.sources.list({ kind: "essay" })) {
  console.log(source.label, source.url);
}
