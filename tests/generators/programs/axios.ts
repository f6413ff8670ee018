// Complete items, then some fields of items.
import { Configuration, QuotesApi } from "./index.js";

const api = new QuotesApi(new Configuration({ basePath: process.argv[2] }));
const whole = (await api.listQuotes({ limit: 2 })).data;
const some = (await api.listQuotes({ limit: 2, fields: ["text"] })).data;
for (const page of [whole, some]) console.log("page", page.data[0]?.text);
