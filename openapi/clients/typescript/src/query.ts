import type { operations } from "./schema.js";

/** Options of a single call. */
export interface RequestOptions {
  /** Aborts the request and its retries. */
  signal?: AbortSignal;
}

type Parameters<Operation extends keyof operations> = NonNullable<operations[Operation]["parameters"]["query"]>;

/** The parameters of an operation. A list takes a single value, too. */
export type Query<Operation extends keyof operations> = {
  [Name in keyof Parameters<Operation> as Exclude<Name, "fields" | "format">]: OneOrMore<Parameters<Operation>[Name]>;
};

type OneOrMore<Value> = Value extends readonly (infer Item)[] ? Item | readonly Item[] : Value;

/** The fields to return: all unless some are named. */
export type Fields<Field> = { fields?: Field | readonly Field[] };

type OptionalKeys<Item> = { [Key in keyof Item]-?: Item extends Record<Key, unknown> ? never : Key }[keyof Item];

/** An item with the fields that were asked for. `type` and `id` are always there, as is what `include` adds. */
export type Picked<Item, Field> = [Field] extends [never]
  ? Item
  : Pick<Item, Extract<Field | "type" | "id", keyof Item> | OptionalKeys<Item>>;

/** A page with such items. */
export type PickedPage<Page extends { data: unknown[] }, Item> = Omit<Page, "data"> & { data: Item[] };

export type Arguments = Record<string, unknown>;

/** What a method requests: a path with its query and, if it is a write, what to write. */
export interface Call {
  method: string;
  path: string;
  query: Arguments;
  headers: Record<string, string>;
  body?: string;
}

/** A path with ids in place of its parameters. */
export function fillPath(path: string, ...ids: (string | number)[]): string {
  return path.replace(/\{\w+\}/g, () => {
    const id = String(ids.shift() ?? "");
    // These would name another resource.
    if (["", ".", ".."].includes(id)) throw new TypeError(`This is not an id: ${JSON.stringify(id)}.`);
    return encodeURIComponent(id);
  });
}

/** The query string: a parameter for each value of a list, none for undefined or null. */
export function encodeQuery(values: Arguments): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) query.append(name, String(each));
    }
  }
  const text = query.toString();
  return text && `?${text}`;
}
