import { Cache } from "./cache.js";
import { APIConnectionError, APIError, type SubtextError, UnexpectedResponseError } from "./errors.js";
import { ERRORS } from "./problems.js";
import { type Arguments, encodeQuery, type RequestOptions } from "./query.js";
import { Operations } from "./resources.js";
import { nextWait, parseRetryAfter, RETRIED_STATUSES, type RetryOptions } from "./retries.js";
import type { Problem } from "./schema.js";
import { VERSION } from "./version.js";

/** Browsers revalidate with ETags themselves, and keep `User-Agent` to themselves. */
const IS_BROWSER = "document" in globalThis || "WorkerGlobalScope" in globalThis;
const PROBLEM_KEYS = ["type", "code", "title", "status", "detail", "instance", "request_id", "errors"];

export interface SubtextOptions {
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
  }

  async json<Body>(path: string, query: Arguments, options?: RequestOptions): Promise<Body> {
    const body = await this.#request(path, query, "application/json", options);
    try {
      return JSON.parse(body) as Body;
    } catch {
      // Such as the page of a network's login.
      throw new UnexpectedResponseError(200, path, body.slice(0, 1000));
    }
  }

  text(path: string, query: Arguments, options?: RequestOptions): Promise<string> {
    // The API chooses other formats by a parameter, which the Accept header must not contradict.
    return this.#request(path, query, "*/*", options);
  }

  /** Request a URL until it succeeds or there is no more to try; return the body. */
  async #request(path: string, query: Arguments, accept: string, options: RequestOptions = {}): Promise<string> {
    const url = `${this.#baseUrl}${path}${encodeQuery(query)}`;
    const cached = this.#cache?.get(url);
    const headers: Record<string, string> = { Accept: accept, ...this.#headers };
    if (cached) headers["If-None-Match"] = cached.etag;
    const { retry = {}, sleep = pause } = this.#options;
    let waited = 0;
    for (let attempt = 1; ; attempt++) {
      let error: SubtextError;
      let retryAfter: number | undefined;
      let mayPass = true;
      try {
        const { response, body } = await this.#fetch(url, headers, options.signal);
        if (response.status === 304 && cached) return cached.body;
        if (response.ok) {
          this.#keep(url, response, body);
          return body;
        }
        retryAfter = parseRetryAfter(response.headers.get("Retry-After"));
        error = errorOf(response, body, retryAfter);
        mayPass = RETRIED_STATUSES.has(response.status);
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

  async #fetch(url: string, headers: Record<string, string>, signal?: AbortSignal) {
    const timeout = AbortSignal.timeout(this.#options.timeout ?? 10_000);
    const send = this.#options.fetch ?? globalThis.fetch;
    const response = await send(url, { headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
    return { response, body: await response.text() };
  }

  #keep(url: string, response: Response, body: string): void {
    const etag = response.headers.get("ETag");
    if (etag && !response.headers.get("Cache-Control")?.includes("no-store")) this.#cache?.set(url, { etag, body });
  }
}

/** The error of a response: that of its problem, if it has one. */
function errorOf(response: Response, body: string, retryAfter?: number): SubtextError {
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const problem = parseProblem(body);
    if (problem) return new (ERRORS[problem.code] ?? APIError)(problem, retryAfter);
  }
  return new UnexpectedResponseError(response.status, response.url, body.slice(0, 1000));
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
