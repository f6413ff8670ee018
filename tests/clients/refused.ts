// Programs that the compiler refuses. If it accepted one of these lines, its comment would be an error.

import { createSubtext, type Quote, type SearchHit } from "subtext-client";

const subtext = createSubtext("http://127.0.0.1:8000");

export function forgotten(hit: SearchHit): string {
  switch (hit.type) {
    case "film":
      return hit.label;
    default:
      // @ts-expect-error Five types of hits are left.
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
  // @ts-expect-error The response may be an error.
  (await subtext.GET("/v1/quotes")).data.data;
  // @ts-expect-error A quote may have no speaker.
  quote.speaker.label;
  // @ts-expect-error There is no such field.
  quote.actor;
}
