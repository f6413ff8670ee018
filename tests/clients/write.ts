// A program that writes with the TypeScript client. It prints its results as JSON, for the tests to compare.

import { inspect } from "node:util";
import {
  APIError,
  type NewTheme,
  PreconditionFailedError,
  RenamedError,
  Subtext,
  type Theme,
  type ThemeBody,
  UnexpectedResponseError,
} from "@subtext/client";

const PATIENCE: NewTheme = { id: "patience", name: "Patience", definition: "Waiting.", broader: "human-connection" };
const HASTE: ThemeBody = { name: "Haste", definition: "Not waiting.", broader: null };
const retry = { backoff: 10 };

/** Create, update, replace, rename and delete; return what the client returned. */
async function changes({ themes }: Subtext) {
  const created = await themes.create(PATIENCE, { note: "For a test: “ä”" });
  const id = created.item.id;
  const labelled = await themes.update(id, { label: "Being patient" }, { ifMatch: created.etag });
  const top = await themes.update(id, { broader: null }, { ifMatch: labelled.etag });
  const replaced = await themes.replace(id, { name: "Patience", definition: "To wait." }, { ifMatch: top.etag });
  const haste = await themes.replace("haste", HASTE, { create: true });
  const moved = await themes.rename(id, "forbearance", { ifMatch: replaced.etag });
  await themes.delete(haste.item.id, { ifMatch: haste.etag });
  const shown = ({ id, label, broader, revision }: Theme) => [id, label, broader?.id ?? null, revision];
  return [created, labelled, top, replaced, haste, moved].map(({ item }) => shown(item));
}

/** Change an item that somebody else has changed meanwhile. */
async function lostRace({ themes }: Subtext) {
  const { item, etag: ifMatch } = await themes.getVersioned("avoidance");
  await themes.update(item.id, { definition: `${item.definition} Changed.` }, { ifMatch });
  const error = await themes.update(item.id, { label: "Mine" }, { ifMatch }).catch((each: unknown) => each);
  if (!(error instanceof PreconditionFailedError)) throw new Error("a lost update");
  const now = await themes.getVersioned(item.id);
  const won = (await themes.update(item.id, { label: "Mine" }, { ifMatch: now.etag })).item;
  const state = (etag?: string) => etag?.split(".").slice(0, 2).join(".");
  const same = state(error.currentEtag) === state(now.etag);
  return [error.status, same, won.label, won.definition === now.item.definition, won.revision - item.revision];
}

/** Make writes that are refused; return what is said of them. */
async function codes({ themes }: Subtext) {
  const ifMatch = (await themes.getVersioned("loneliness")).etag;
  const wrong = { id: "x-y", nmae: "X", definition: null } as unknown as NewTheme;
  const writes = {
    taken: () => themes.create({ ...PATIENCE, id: "loneliness" }),
    wrong: () => themes.create(wrong),
    "in use": () => themes.delete("loneliness", { ifMatch }),
    exists: () => themes.replace("loneliness", HASTE, { create: true }),
    gone: () => themes.update("haste", { label: "H" }, { ifMatch }),
  };
  const found: Record<string, unknown[]> = {};
  for (const [name, write] of Object.entries(writes)) {
    const error = await write().catch((each: unknown) => each);
    if (error instanceof APIError) found[name] = [error.name, error.status, error.errors.map((each) => each.pointer).sort()];
  }
  const renamed = await themes.update("patience", { label: "P" }, { ifMatch }).catch((each: unknown) => each);
  if (renamed instanceof RenamedError) found["renamed"] = [renamed.newId];
  return found;
}

/** Read and write where everything is redirected to another origin. */
async function redirected(url: string, key: string) {
  const { themes } = new Subtext(`${url}/away`, { key, retry });
  const { item, etag } = await themes.getVersioned("loneliness");
  const error = await themes.update(item.id, { label: "Elsewhere" }, { ifMatch: etag }).catch((each: unknown) => each);
  if (!(error instanceof UnexpectedResponseError)) throw new Error("a redirected write");
  return [item.label, error.status, error.location?.split("/").at(-1)];
}

/** Write without a key, and with a wrong one; return the errors, which must not show it. */
async function withoutKey(url: string) {
  const found: unknown[] = [];
  for (const key of [undefined, "subtext_wrong-secret"]) {
    const client = new Subtext(url, { key, retry });
    const error = await client.themes.create(PATIENCE).catch((each: unknown) => each);
    const shown = inspect([error, client], { depth: 9, showHidden: true });
    found.push([error instanceof APIError && error.name, shown.includes("secret")]);
  }
  return found;
}

const url = process.argv[2]!;
const key = process.env["SUBTEXT_KEY"]!;
const client = new Subtext(url, { key, retry });
console.log(
  JSON.stringify({
    changes: await changes(client),
    "lost race": await lostRace(client),
    codes: await codes(client),
    shown: inspect(client, { depth: 9, showHidden: true }).includes(key) || JSON.stringify(client).includes(key),
    redirected: await redirected(url, key),
    "without key": await withoutKey(url),
  }),
);
