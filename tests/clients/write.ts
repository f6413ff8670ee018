// A program that writes with the TypeScript client. It prints its results as JSON, for the tests to compare.

import { inspect } from "node:util";
import {
  APIError,
  type BulkChange,
  type NewTheme,
  OutdatedBaseError,
  PreconditionFailedError,
  RenamedError,
  Subtext,
  type Theme,
  type ThemeBody,
  UnexpectedResponseError,
} from "@subtext/client";

const PATIENCE: NewTheme = { id: "patience", name: "Patience", definition: "Waiting.", broader: "human-connection" };
const HASTE: ThemeBody = { name: "Haste", definition: "Not waiting.", broader: null };
const REST: ThemeBody = { name: "Rest", definition: "Doing nothing." };
const EASE: ThemeBody = { name: "Ease", definition: "Being at rest.", broader: "rest" };
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

/** Save, read, change, preview, publish, unpublish and discard drafts. */
async function drafts({ themes, drafts }: Subtext) {
  const fresh = (await themes.saveDraft("quiet", REST, { create: true, note: "For a test", release: "" })).item;
  const begun = await themes.updateDraft("embodiment", { label: "Bodies" }, { create: true });
  const listed = (await drafts.list({ type: "theme", limit: 1 }).toArray()).map((each) => each.item.id);
  const saved = await themes.updateDraft("embodiment", { label: "Having a body" }, { ifMatch: begun.etag });
  const preview = (await themes.previewDraft("embodiment")).label;
  const link = await themes.createDraftPreviewLink("embodiment", { expires_in: 60 });
  const { item, etag: ifMatch } = await themes.getDraftVersioned("embodiment");
  const published = (await themes.publishDraft("embodiment", { ifMatch, note: "Plainer" })).item;
  const quiet = await themes.publishDraft("quiet", { ifMatch: (await themes.getDraftVersioned("quiet")).etag });
  const takenBack = await themes.unpublish("quiet", { ifMatch: quiet.etag });
  await themes.deleteDraft("quiet", { ifMatch: takenBack.etag });
  return [
    [fresh.is_new, fresh.note, fresh.release, listed, item.record["label"], saved.item.revision],
    [link.url.includes("/previews/"), preview, published.label, quiet.item.label, takenBack.item.label],
    (await drafts.list().toArray()).map((each) => each.item.id),
  ];
}

/** Publish a draft of an item that somebody else has changed meanwhile. */
async function outdated({ themes }: Subtext) {
  const { item, etag } = await themes.getVersioned("numbness");
  const body: ThemeBody = { name: item.name, definition: "Feeling nothing." };
  const draft = await themes.saveDraft(item.id, body, { create: true, base: String(item.revision) });
  await themes.update(item.id, { definition: "No feelings." }, { ifMatch: etag });
  const error = await themes.publishDraft(item.id, { ifMatch: draft.etag }).catch((each: unknown) => each);
  if (!(error instanceof OutdatedBaseError)) throw new Error("a lost update");
  await themes.deleteDraft(item.id, { ifMatch: draft.etag });
  const conflicts = error.problem.changes.filter((each) => each.is_conflict);
  return [error.status, conflicts.map((each) => each.pointer)];
}

/** Publish two drafts together, of which one refers to the other. */
async function release({ themes, releases }: Subtext) {
  await themes.saveDraft("ease", EASE, { create: true, release: "autumn" });
  await themes.saveDraft("rest", REST, { create: true, release: "autumn" });
  const listed = (await releases.list()).map((each) => each.name);
  const link = await releases.createPreviewLink("autumn");
  const { item, etag: ifMatch } = await releases.getVersioned("autumn");
  const drafts = (await releases.get("autumn")).drafts.map((each) => each.item.id);
  const published = await releases.publish("autumn", { ifMatch, note: "Together" });
  const ease = await themes.get("ease");
  const ids = published.items.map((each) => each.id);
  return [listed, link.url.includes("/previews/"), item.draft_count, drafts, ids, ease.broader?.id];
}

/** Compare the revisions of an item, and restore the first. */
async function history({ themes }: Subtext) {
  const listed = await themes.revisions("ease").toArray();
  const read = await themes.getVersioned("ease");
  const changed = await themes.update("ease", { definition: "To be at rest.", broader: null }, { ifMatch: read.etag });
  const difference = await themes.diff("ease", "1", String(changed.item.revision));
  const { item } = await themes.restore("ease", "1", { ifMatch: changed.etag, drop_missing: true });
  const changes = (await themes.revisions("ease", { limit: 2 }).firstPage()).data.map((each) => each.change);
  const pointers = difference.changes.map((each) => each.pointer);
  return [listed.length, pointers, item.definition, item.revision, changes];
}

/** Make many changes at once, and others of which one is refused. */
async function bulk(client: Subtext) {
  const [ease, rest] = [await client.themes.getVersioned("ease"), await client.themes.getVersioned("rest")];
  const body: ThemeBody = { name: "Idleness", definition: "Doing nothing, gladly: “ä”.", broader: "rest" };
  const changes: BulkChange[] = [
    { method: "POST", type: "theme", id: "idleness", body },
    { method: "RENAME", type: "theme", id: "rest", body: { id: "repose" }, if_match: rest.etag },
    { method: "DELETE", type: "theme", id: "ease", if_match: ease.etag },
  ];
  const results = await client.bulk(changes, { note: "Many at once" });
  const found = results.map((each) => [each.outcome, each.id, each.revision, each.etag === null]);
  const refused: BulkChange[] = [...changes.slice(1), { method: "PUT", type: "theme", id: "idleness", body }];
  const error = await client.bulk(refused).catch((each: unknown) => each);
  if (!(error instanceof APIError)) throw new Error("a refused change was made");
  return [found, error.status, error.problem.errors.map((each) => "line" in each && each.line)];
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
    drafts: await drafts(client),
    outdated: await outdated(client),
    release: await release(client),
    history: await history(client),
    bulk: await bulk(client),
    shown: inspect(client, { depth: 9, showHidden: true }).includes(key) || JSON.stringify(client).includes(key),
    redirected: await redirected(url, key),
    "without key": await withoutKey(url),
  }),
);
