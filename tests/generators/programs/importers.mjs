// Imports the document as other programs do; prints what they make of it as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/`);
const [path, url] = process.argv.slice(2);
const read = () => JSON.parse(readFileSync(path, "utf8"));
const count = (items, children) =>
  items.reduce((sum, item) => sum + (item[children] ? count(item[children], children) : 1), 0);

const postman = await new Promise((resolve, reject) =>
  require("openapi-to-postmanv2").convert({ type: "json", data: read() }, {}, (error, { result, reason, output }) =>
    error || !result ? reject(error ?? new Error(reason)) : resolve(output[0].data),
  ),
);
const bruno = await require("@usebruno/converters").openApiToBruno(read());
const { OpenAPIClientAxios } = require("openapi-client-axios");
const axiosConfigDefaults = { paramsSerializer: { indexes: null } };
const client = await new OpenAPIClientAxios({ definition: read(), withServer: { url }, axiosConfigDefaults }).init();
const some = await client.listQuotes({ limit: 1, fields: ["text"] });
const variables = (list) => list.map(({ key, name }) => key ?? name).sort();
console.log(
  JSON.stringify({
    postman: [count(postman.item, "item"), variables(postman.variable)],
    bruno: [count(bruno.items, "items"), variables(bruno.environments[0].variables)],
    axios: Object.keys(some.data.data[0]).sort(),
  }),
);
