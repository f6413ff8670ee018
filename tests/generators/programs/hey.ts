// Complete items, then some fields of items.
import { listQuotes } from "./index.js";

const baseUrl = process.argv[2]!;
const whole = await listQuotes({ baseUrl, query: { limit: 2 } });
const some = await listQuotes({ baseUrl, query: { limit: 2, fields: ["text"] } });
for (const { data } of [whole, some]) console.log("page", data?.data[0]?.text);
