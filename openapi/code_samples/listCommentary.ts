import { Subtext } from "@subtext/client";

const client = new Subtext("https://subtext.example");
for await (const claim of client.commentary.list({ kind: "thesis" })) {
  console.log(claim.text);
}
