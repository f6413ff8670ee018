// Programs that the compiler refuses. If it accepted one of these lines, its comment would be an error.

import { type Quote, type SearchHit, Subtext } from "@subtext/client";

const client = new Subtext("http://127.0.0.1:8000");

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
  // @ts-expect-error There is no such resource.
  client.lines.list();
  // @ts-expect-error There is no such parameter.
  client.quotes.list({ actor: ["her-2013-samantha"] });
  // @ts-expect-error There is no such value.
  client.quotes.list({ include: ["actor"] });
  // @ts-expect-error There is no such field.
  client.quotes.list({ fields: ["actor"] });
  // @ts-expect-error A search needs a query.
  client.search();
  // @ts-expect-error The item has the fields that were asked for, and no others.
  (await client.quotes.get(quote.id, { fields: ["text"] })).kind;
  // @ts-expect-error A list is requested when it is iterated.
  client.quotes.list().data;
  // @ts-expect-error A quote may have no speaker.
  quote.speaker.label;
  // @ts-expect-error There is no such field.
  quote.actor;
}

export async function unsafe(quote: Quote) {
  // @ts-expect-error A change needs a precondition.
  client.quotes.update(quote.id, { label: "A label" });
  // @ts-expect-error A label is never null.
  client.quotes.update(quote.id, { label: null }, { ifMatch: "*" });
  // @ts-expect-error There is no such field.
  client.quotes.update(quote.id, { actor: "x" }, { ifMatch: "*" });
  // @ts-expect-error A quote has more than an id.
  client.quotes.create({ id: "her-2013-x" });
  // @ts-expect-error It is replaced or created.
  client.themes.replace("x", { name: "X", definition: "X." }, {});
  // @ts-expect-error It is replaced or created, not both.
  client.themes.replace("x", { name: "X", definition: "X." }, { create: true, ifMatch: "*" });
  // @ts-expect-error You publish the draft that you have read.
  client.quotes.publishDraft(quote.id);
  // @ts-expect-error It is begun or changed.
  client.quotes.updateDraft(quote.id, {}, {});
  // @ts-expect-error It is in no history.
  client.quotes.deleteDraft(quote.id, { ifMatch: "*", note: "It has no history" });
  // @ts-expect-error It changes nothing.
  client.bulk([{ method: "GET", type: "quote", id: quote.id }]);
}
