import type { Problem, ProblemError } from "./schema.js";

/** The class that all errors of this package extend. */
export class SubtextError extends Error {
  constructor(message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The service sent no response: connection refused, timeout. The cause is the error of `fetch`. */
export class APIConnectionError extends SubtextError {}

/** The response is neither what the API sends nor a problem document, such as a proxy's error page. */
export class UnexpectedResponseError extends SubtextError {
  constructor(
    /** The HTTP status. */
    readonly status: number,
    readonly url: string,
    /** The first 1,000 characters of the body. */
    readonly body: string,
    /** Where a redirect leads. Reads follow redirects, writes do not. */
    readonly location?: string,
  ) {
    const what = location === undefined ? body.slice(0, 200) : `writes do not follow redirects, to ${location}`;
    super(`HTTP ${status} from ${url}: ${what}`);
  }
}

/**
 * A problem that the API reports (RFC 9457), of a type that this version of the client does not know.
 *
 * Known types are subclasses, such as `NotFoundError`.
 */
export class APIError extends SubtextError {
  /** The URL of the page that explains this type of problem. */
  readonly type: string;
  /** A stable identifier of the type, such as `not-found`. */
  readonly code: string;
  /** The name of the type, for people. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** What went wrong with this request. */
  readonly detail: string;
  /** The path of the request. */
  readonly instance: string;
  /** Identifies the request in the server's logs. */
  readonly requestId: string;
  /** The individual errors, with the name of the parameter in `pointer`. */
  readonly errors: ProblemError[];

  constructor(
    readonly problem: Problem,
    /** Seconds until another attempt makes sense, if the service says so. */
    readonly retryAfter?: number,
    /** The ETag of the item as it is now, of a `PreconditionFailedError`. */
    readonly currentEtag?: string,
    /** The id that the item has now, of a `RenamedError`. */
    readonly newId?: string,
  ) {
    const errors = problem.errors.map((error) => `\n  ${error.pointer}: ${error.detail}`);
    super(`${problem.title} (${problem.status}): ${problem.detail}${errors.join("")}`);
    this.type = problem.type;
    this.code = problem.code;
    this.title = problem.title;
    this.status = problem.status;
    this.detail = problem.detail;
    this.instance = problem.instance;
    this.requestId = problem.request_id;
    this.errors = problem.errors;
  }
}
