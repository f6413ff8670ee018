// How the TypeScript client repeats, revalidates and reports, against responses that a test makes: node --test.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  APIConnectionError,
  APIError,
  Cache,
  NotFoundError,
  Subtext,
  type SubtextOptions,
  TooManyRequestsError,
  UnavailableError,
  UnexpectedResponseError,
} from "@subtext/client";

const URL = "https://subtext.example/api";
const PROBLEM = {
  type: "https://subtext.example/docs/problems/unavailable",
  code: "unavailable",
  title: "Unavailable",
  status: 503,
  detail: "The database is overloaded.",
  instance: "/v1/meta",
  request_id: "01KAQ8Z4W3M5T7V9X1B2C4D6F8",
  errors: [{ location: "query", pointer: "limit", detail: "Too many." }],
};

type Made = (() => Response) | Error;

/** Answers with the given responses in turn, the last of them for ever; knows requests and pauses. */
function serve(responses: Made[], options: SubtextOptions = {}) {
  const requests: { url: string; headers: Record<string, string> }[] = [];
  const pauses: number[] = [];
  const client = new Subtext(URL, {
    fetch: async (url, init) => {
      requests.push({ url: String(url), headers: init?.headers as Record<string, string> });
      const made = responses.length > 1 ? responses.shift()! : responses[0]!;
      if (made instanceof Error) throw made;
      return made();
    },
    sleep: async (milliseconds) => pauses.push(milliseconds),
    ...options,
  });
  return { client, requests, pauses };
}

function problem(status = 503, code = "unavailable", headers: Record<string, string> = {}): Made {
  const body = JSON.stringify({ ...PROBLEM, status, code });
  return () => new Response(body, { status, headers: { "Content-Type": "application/problem+json", ...headers } });
}

function page(ids: string[], cursor?: string, headers: Record<string, string> = {}): Made {
  const next = cursor === undefined ? null : `https://elsewhere.example/v1/themes?cursor=${cursor}`;
  const cursors = { next, next_cursor: cursor ?? null, previous: null, previous_cursor: null };
  const position = { limit: 2, ...cursors, total: null, total_relation: null };
  const body = { data: ids.map((id) => ({ type: "theme", id })), page: position, notice: null };
  return () => Response.json(body, { headers });
}

const unchanged: Made = () => new Response(null, { status: 304 });
const ids = async (client: Subtext) => (await client.themes.list({ fields: "id" }).toArray()).map((theme) => theme.id);

test("waits as long as the service asks", async () => {
  const { client, pauses } = serve([problem(429, "too-many-requests", { "Retry-After": "7" }), problem(), page(["a"])]);
  assert.deepEqual(await ids(client), ["a"]);
  assert.equal(pauses[0], 7000);
  assert(pauses[1]! >= 500 && pauses[1]! <= 1000);
});

test("stops after so many attempts", async () => {
  const { client, requests } = serve([problem()], { retry: { attempts: 2 } });
  await assert.rejects(client.meta(), UnavailableError);
  assert.equal(requests.length, 3);
});

test("stops where the service asks for more time than there is", async () => {
  const retry = { attempts: 9, maxWait: 100_000 };
  const { client, pauses } = serve([problem(429, "too-many-requests", { "Retry-After": "40" })], { retry });
  await assert.rejects(client.meta(), (error) => error instanceof TooManyRequestsError && error.retryAfter === 40);
  assert.deepEqual(pauses, [40_000, 40_000]);
});

test("reads dates, and ignores nonsense", async () => {
  const past = serve([problem(503, "unavailable", { "Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT" }), page(["a"])]);
  await ids(past.client);
  assert.deepEqual(past.pauses, [0]);
  const nonsense = serve([problem(503, "unavailable", { "Retry-After": "soon" }), page(["a"])]);
  await ids(nonsense.client);
  assert(nonsense.pauses[0]! >= 250 && nonsense.pauses[0]! <= 500);
});

test("repeats failed connections, and reports their cause", async () => {
  assert.deepEqual(await ids(serve([new TypeError("refused"), page(["a"])]).client), ["a"]);
  const { client, requests } = serve([new TypeError("refused")]);
  await assert.rejects(client.meta(), (error) => error instanceof APIConnectionError && error.cause instanceof TypeError);
  assert.equal(requests.length, 4);
});

test("does not repeat other errors", async () => {
  const { client, requests } = serve([problem(404, "not-found")]);
  await assert.rejects(client.meta(), NotFoundError);
  assert.equal(requests.length, 1);
});

test("revalidates responses", async () => {
  const { client, requests } = serve([page(["a"], undefined, { ETag: '"1"' }), unchanged, page(["b"], undefined, { ETag: '"2"' }), unchanged]);
  const lists = [await ids(client), await ids(client), await ids(client), await ids(client)];
  assert.deepEqual(lists, [["a"], ["a"], ["b"], ["b"]]);
  assert.deepEqual(requests.map(({ headers }) => headers["If-None-Match"]), [undefined, '"1"', '"1"', '"2"']);
});

test("keeps nothing that must not be kept, and nothing if told so", async () => {
  for (const [headers, options] of [
    [{}, {}],
    [{ ETag: '"1"', "Cache-Control": "no-store" }, {}],
    [{ ETag: '"1"' }, { cache: false }],
  ] as const) {
    const { client, requests } = serve([page(["a"], undefined, headers)], options);
    await ids(client);
    await ids(client);
    assert.equal(requests[1]!.headers["If-None-Match"], undefined);
  }
});

test("bounds its cache", async () => {
  const cache = new Cache(2);
  const { client } = serve([page(["a"], undefined, { ETag: '"1"' })], { cache });
  for (const limit of [1, 2, 1, 3]) await client.themes.list({ limit }).firstPage();
  const kept = [1, 2, 3].map((limit) => cache.get(`${URL}/v1/themes?limit=${limit}`) !== undefined);
  assert.deepEqual(kept, [true, false, true]);
  const small = new Cache(100, 10);
  assert.deepEqual(await ids(serve([page(["a"], undefined, { ETag: '"1"' })], { cache: small }).client), ["a"]);
  assert.equal(small.size, 0);
});

test("requests the next page from the service that was named", async () => {
  const { client, requests } = serve([page(["a", "b"], "x y"), page(["c"])]);
  assert.deepEqual(await ids(client), ["a", "b", "c"]);
  assert.deepEqual(requests.map(({ url }) => url), [`${URL}/v1/themes?fields=id`, `${URL}/v1/themes?fields=id&cursor=x+y`]);
});

test("ends where the next page leads nowhere", async () => {
  const { client, requests } = serve([page(["a"], "same")]);
  await assert.rejects(ids(client), /cursor/);
  assert.equal(requests.length, 2);
});

test("reports problems", async () => {
  const error = await serve([problem(503, "unavailable", { "Retry-After": "100" })]).client.meta().catch((each) => each);
  assert(error instanceof UnavailableError);
  const { type, code, title, status, detail, instance, requestId, errors, retryAfter } = error;
  assert.deepEqual({ type, code, title, status, detail, instance, request_id: requestId, errors }, PROBLEM);
  assert.equal(retryAfter, 100);
  assert.equal(String(error), "UnavailableError: Unavailable (503): The database is overloaded.\n  limit: Too many.");
  const unknown = await serve([problem(418, "teapot")]).client.meta().catch((each) => each);
  assert.equal(unknown.constructor, APIError);
});

test("tells what the API does not send from problems", async () => {
  const type = { "Content-Type": "application/problem+json" };
  for (const made of [
    () => new Response("<h1>Bad gateway</h1>".repeat(1000), { status: 500 }),
    () => new Response("{", { status: 500, headers: type }),
    () => new Response("null", { status: 500, headers: type }),
    () => new Response("{}", { status: 500, headers: type }),
    () => new Response("<h1>Sign in to this network</h1>"),
  ]) {
    const error = await serve([made]).client.themes.list().toArray().catch((each) => each);
    assert(error instanceof UnexpectedResponseError, String(error));
    assert(error.body.length <= 1000);
  }
});

test("encodes arguments and ids", async () => {
  const { client, requests } = serve([page([])]);
  await client.quotes.list({ theme: ["a", "b"], count: true, q: "x & y" }).toArray();
  await client.quotes.get("../../docs?x#y");
  assert.deepEqual(requests.map(({ url }) => url), [
    `${URL}/v1/quotes?theme=a&theme=b&count=true&q=x+%26+y`,
    `${URL}/v1/quotes/..%2F..%2Fdocs%3Fx%23y`,
  ]);
  for (const id of ["", ".", ".."]) await assert.rejects(client.quotes.get(id), /not an id/);
  for (const url of ["subtext.example", "ftp://subtext.example", "https://subtext.example?x"]) {
    assert.throws(() => new Subtext(url));
  }
});

test("names the program and the package", async () => {
  const { client, requests } = serve([page([])], { userAgent: "reader/2", headers: { Authorization: "Bearer x" } });
  await ids(client);
  const { "User-Agent": agent, Authorization: authorization } = requests[0]!.headers;
  assert.match(agent!, /^reader\/2 subtext-client-js\/\d/);
  assert.equal(authorization, "Bearer x");
});

test("is aborted by its signal, in a request and in a pause", async () => {
  const aborted = serve([new TypeError("aborted")]);
  await assert.rejects(aborted.client.meta({ signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(aborted.requests.length, 1);
  const controller = new AbortController();
  const paused = serve([problem()], { sleep: async () => controller.abort() });
  await assert.rejects(paused.client.meta({ signal: controller.signal }), { name: "AbortError" });
  assert.equal(paused.requests.length, 1);
});

test("repeats a write with its key and body, and shows no key", async () => {
  const progress = problem(409, "request-in-progress", { "Retry-After": "1" });
  const done: Made = () => new Response(null, { status: 204 });
  const { client, requests, pauses } = serve([new TypeError("lost"), problem(502), progress, done], { key: "secret" });
  await client.quotes.delete("x", { ifMatch: '"1"', note: "Why & how" });
  assert.equal(pauses[2], 1000);
  assert.equal(new Set(requests.map((request) => JSON.stringify(request))).size, 1);
  assert.equal(requests[0]!.url, `${URL}/v1/quotes/x?note=Why+%26+how`);
  assert.equal(requests[0]!.headers["Authorization"], "Bearer secret");
  await client.quotes.delete("x", { ifMatch: "*", idempotencyKey: "mine:1" });
  assert.equal(requests[4]!.headers["Idempotency-Key"], '"mine:1"');
  assert.notEqual(requests[0]!.headers["Idempotency-Key"], '"mine:1"');
  await assert.rejects(client.quotes.delete("x", { ifMatch: "*", idempotencyKey: "a b" }), /idempotency key/);
});

test("reports a refused write at once", async () => {
  for (const [status, code] of [[409, "conflict"], [412, "precondition-failed"], [422, "invalid-body"], [428, "x"]] as const) {
    const { client, requests } = serve([problem(status, code, { "Retry-After": "1" })]);
    await assert.rejects(client.quotes.update("x", { scene: null }, { ifMatch: '"1"' }), APIError);
    assert.equal(requests.length, 1);
    assert.equal(requests[0]!.headers["Content-Type"], "application/merge-patch+json");
  }
});

test("refuses keys that cannot be sent, or would be sent in the clear", () => {
  for (const key of ["", "secret\n", " secret", "secrét"]) {
    assert.throws(() => new Subtext(URL, { key }), (error) => error instanceof TypeError && !error.message.includes("secr"));
  }
  for (const host of ["localhost", "127.1.2.3:80", "[::1]", "a.localhost"]) new Subtext(`http://${host}`, { key: "secret" });
  for (const host of ["subtext.example", "10.0.0.1", "localhost.example", "notlocalhost"]) {
    assert.throws(() => new Subtext(`http://${host}`, { key: "secret" }), /allowHttp/);
    new Subtext(`http://${host}`, { key: "secret", allowHttp: true });
    new Subtext(`http://${host}`);
  }
});

test("gives up on a response that takes too long", async () => {
  const client = new Subtext(URL, {
    timeout: 1,
    retry: { attempts: 0 },
    fetch: (_, init) => new Promise((_, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))),
  });
  await assert.rejects(client.meta(), (error) => error instanceof APIConnectionError && (error.cause as Error).name === "TimeoutError");
});
