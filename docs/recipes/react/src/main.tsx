import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Quote } from "./Quote";

const id = new URLSearchParams(location.search).get("quote") ?? "her-2013-it-is-in-the-dissensions";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Quote service={import.meta.env.VITE_SUBTEXT_URL} id={id} />
  </StrictMode>,
);
