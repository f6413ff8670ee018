// What the compiler refuses of those who use the TypeScript client. Were one of these allowed, it would say so.

import { createSubtext, type Quote, type SearchHit } from "subtext-client";

const subtext = createSubtext("http://127.0.0.1:8000");

export function forgotten(hit: SearchHit): string {
  switch (hit.type) {
    case "film":
      return hit.label;
    default:
      // @ts-expect-error Five types of hit are left.
      return hit satisfies never;
  }
}

export async function wrong(quote: Quote) {
  // @ts-expect-error There is no such path.
  await subtext.GET("/v1/lines");
  // @ts-expect-error There is no such parameter.
  await subtext.GET("/v1/quotes", { params: { query: { actor: ["her-2013-samantha"] } } });
  // @ts-expect-error There is no such value.
  await subtext.GET("/v1/quotes", { params: { query: { include: ["actor"] } } });
  // @ts-expect-error What is read may be an error.
  (await subtext.GET("/v1/quotes")).data.data;
  // @ts-expect-error Nobody may say it.
  quote.speaker.label;
  // @ts-expect-error There is no such field.
  quote.actor;
}
