// Complete items, then some fields of items. Then schemas check a response, a mock and an empty item.
import { faker } from "@faker-js/faker";
import { setupServer } from "msw/node";
import { listQuotes } from "./client.js";
import * as mocks from "./mocks.js";
import { listQuotesResponse } from "./schemas.js";

const whole = await listQuotes({ limit: 2 });
const some = await listQuotes({ limit: 2, fields: ["text", "language"] });
for (const page of [whole, some]) {
  if (page.status === 200) console.log("page", page.data.data[0]?.text);
}

faker.seed(1);
setupServer(mocks.getListQuotesMockHandler()).listen();
const mock = await mocks.listQuotes();
const valid = (data: unknown) => listQuotesResponse.safeParse(data).success;
const empty = { ...whole.data, data: [{}] };
console.log(JSON.stringify({ response: valid(whole.data), mock: valid(mock.data), empty: valid(empty) }));
