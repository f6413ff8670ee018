import { Cache } from "./cache.js";
import { APIConnectionError, APIError, type SubtextError, UnexpectedResponseError } from "./errors.js";
import { ERRORS, RequestInProgressError } from "./problems.js";
import { type Arguments, type Call, encodeQuery, type RequestOptions } from "./query.js";
import { Operations } from "./resources.js";
import { nextWait, parseRetryAfter, RETRIED_STATUSES, type RetryOptions } from "./retries.js";
import type { Problem } from "./schema.js";
import { VERSION } from "./version.js";
import type { Versioned } from "./writes.js";

/** Browsers revalidate with ETags themselves, and keep `User-Agent` to themselves. */
const IS_BROWSER = "document" in globalThis || "WorkerGlobalScope" in globalThis;
const PROBLEM_KEYS = ["type", "code", "title", "status", "detail", "instance", "request_id", "errors"];

export interface SubtextOptions {
  /** An API key, to write. It is not sent to other origins that the service redirects to. */
  key?: string | undefined;
  /** Whether to send the key without encryption to another machine, which is an error by default. */
  allowHttp?: boolean;
  /** The milliseconds that a response may take. Default: 10,000. */
  timeout?: number;
  /** How often and how long to repeat failed requests. */
  retry?: RetryOptions;
  /** Where responses are kept to be revalidated with their ETag; false for no cache, the default in browsers. */
  cache?: Cache | boolean;
  /** Headers of each request, such as those that a gateway in front of the service asks for. */
  headers?: Record<string, string>;
  /** The name of your program, which is put before that of this package. Not sent by browsers. */
  userAgent?: string;
  /** Sends the requests, in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Waits for so many milliseconds before a retry. */
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/** A client for the Subtext service at a URL, such as `https://subtext.example`; it may have a path. */
export class Subtext extends Operations {
  constructor(baseUrl: string | URL, options: SubtextOptions = {}) {
    const requester = new HttpRequester(baseUrl, options);
    super(requester);
  }
}

class HttpRequester {
  readonly #baseUrl: string;
  readonly #options: SubtextOptions;
  readonly #cache: Cache | undefined;
  readonly #headers: Record<string, string>;

  constructor(baseUrl: string | URL, options: SubtextOptions) {
    const url = new URL(baseUrl);
    if (!["http:", "https:"].includes(url.protocol) || url.search || url.hash) {
      throw new TypeError(`The base URL must be like https://subtext.example, not ${JSON.stringify(baseUrl)}.`);
    }
    this.#baseUrl = url.href.replace(/\/+$/, "");
    this.#options = options;
    const cache = options.cache ?? !IS_BROWSER;
    this.#cache = cache === true ? new Cache() : cache || undefined;
    const agent = `subtext-client-js/${VERSION}`;
    this.#headers = {
      ...(IS_BROWSER ? {} : { "User-Agent": options.userAgent ? `${options.userAgent} ${agent}` : agent }),
      ...options.headers,
    };
    if (options.key !== undefined) {
      checkKey(options.key, url, options.allowHttp);
      this.#headers["Authorization"] = `Bearer ${options.key}`;
    }
  }

  async json<Body>(path: string, query: Arguments, options?: RequestOptions): Promise<Body> {
    return parse(path, (await this.#request({ method: "GET", path, query, headers: {} }, options)).body);
  }

  async text(path: string, query: Arguments, options?: RequestOptions): Promise<string> {
    // The API chooses other formats by a parameter, which the Accept header must not contradict.
    return (await this.#request({ method: "GET", path, query, headers: { Accept: "*/*" } }, options)).body;
  }

  async versioned<Item>(call: Call, options?: RequestOptions): Promise<Versioned<Item>> {
    const { body, etag } = await this.#request(call, options);
    const item = parse<Item>(call.path, body);
    if (!etag) throw new UnexpectedResponseError(200, call.path, "The response has no ETag.");
    // A proxy that compresses a response makes its ETag weak. The service compares only the part of it that names the
    // revision, and refuses weak ETags, so the mark is removed.
    return { item, etag: etag.replace(/^W\//, "") };
  }

  async result<Body>(call: Call, options?: RequestOptions): Promise<Body> {
    return parse(call.path, (await this.#request(call, options)).body);
  }

  async send(call: Call, options?: RequestOptions): Promise<void> {
    await this.#request(call, options);
  }

  /** Request a URL until it succeeds or there is no more to try. */
  async #request(call: Call, options: RequestOptions = {}): Promise<{ body: string; etag: string | undefined }> {
    const url = `${this.#baseUrl}${call.path}${encodeQuery(call.query)}`;
    const cached = call.method === "GET" ? this.#cache?.get(url) : undefined;
    const headers: Record<string, string> = { Accept: "application/json", ...this.#headers, ...call.headers };
    if (cached) headers["If-None-Match"] = cached.etag;
    const { retry = {}, sleep = pause } = this.#options;
    let waited = 0;
    for (let attempt = 1; ; attempt++) {
      let error: SubtextError;
      let retryAfter: number | undefined;
      let mayPass = true;
      try {
        const { response, body } = await this.#fetch(url, { ...call, headers }, options.signal);
        if (response.status === 304 && cached) return cached;
        if (response.ok) {
          if (call.method === "GET") this.#keep(url, response, body);
          return { body, etag: response.headers.get("ETag") ?? undefined };
        }
        retryAfter = parseRetryAfter(response.headers.get("Retry-After"));
        error = errorOf(response, url, body, retryAfter);
        mayPass = RETRIED_STATUSES.has(response.status) || error instanceof RequestInProgressError;
      } catch (cause) {
        options.signal?.throwIfAborted();
        error = new APIConnectionError(`${url}: ${cause instanceof Error ? cause.message : cause}`, { cause });
      }
      const wait = mayPass ? nextWait(retry, attempt, waited, retryAfter) : undefined;
      if (wait === undefined) throw error;
      await sleep(wait);
      options.signal?.throwIfAborted();
      waited += wait;
    }
  }

  async #fetch(url: string, { method, headers, body }: Call, signal?: AbortSignal) {
    const timeout = AbortSignal.timeout(this.#options.timeout ?? 10_000);
    const send = this.#options.fetch ?? globalThis.fetch;
    const response = await send(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      // Where a redirect leads, a write might get neither its body nor its headers.
      redirect: method === "GET" ? "follow" : "manual",
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return { response, body: await response.text() };
  }

  #keep(url: string, response: Response, body: string): void {
    const etag = response.headers.get("ETag");
    if (etag && !response.headers.get("Cache-Control")?.includes("no-store")) this.#cache?.set(url, { etag, body });
  }
}

/** Throw an error, which does not show the key, if it cannot be sent or would be sent in the clear. */
function checkKey(key: string, url: URL, allowHttp = false): void {
  if (!/^[!-~]+$/.test(key)) {
    throw new TypeError("An API key has no spaces or line breaks. If it was read from a file, trim it.");
  }
  const isLoopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && !isLoopback && !allowHttp) {
    throw new TypeError(
      `Over http, everybody between here and ${url.hostname} can read the API key. Use https, or pass ` +
        "allowHttp: true within a network that you trust.",
    );
  }
}

/** Parse a body, which may be something else, such as the page of a network's login. */
function parse<Body>(path: string, body: string): Body {
  try {
    return JSON.parse(body) as Body;
  } catch {
    throw new UnexpectedResponseError(200, path, body.slice(0, 1000));
  }
}

/** The error of a response: that of its problem, if it has one. */
function errorOf(response: Response, url: string, body: string, retryAfter?: number): SubtextError {
  const { headers, status } = response;
  if (headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const problem = parseProblem(body);
    const newUrl = headers.get("Link")?.match(/<([^>]*)>; *rel="?canonical\b/)?.[1];
    const newId = newUrl && decodeURIComponent(newUrl.slice(newUrl.lastIndexOf("/") + 1));
    const etag = headers.get("ETag")?.replace(/^W\//, "");
    if (problem) return new (ERRORS[problem.code] ?? APIError)(problem, retryAfter, etag, newId);
  }
  // Browsers do not say where a redirect leads.
  const location = headers.get("Location") ?? (response.type === "opaqueredirect" ? "another URL" : undefined);
  return new UnexpectedResponseError(status, response.url || url, body.slice(0, 1000), location);
}

function parseProblem(body: string): Problem | undefined {
  try {
    const problem = JSON.parse(body);
    return PROBLEM_KEYS.every((key) => key in problem) ? problem : undefined;
  } catch {
    return undefined;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
