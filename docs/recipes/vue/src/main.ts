import { createApp } from "vue";
import SubtextQuote from "./SubtextQuote.vue";

const id = new URLSearchParams(location.search).get("quote") ?? "her-2013-it-is-in-the-dissensions";

createApp(SubtextQuote, { service: import.meta.env.VITE_SUBTEXT_URL, id }).mount("#app");
