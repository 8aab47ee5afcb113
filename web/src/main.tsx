/** Starts the app. */
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";
import { queryClient } from "./api/client";
import { App } from "./app";
import { LanguageProvider } from "./messages";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/charts.css";
import "./styles/pages.css";
import "./styles/leverage.css";
import "./styles/picture.css";
import "./styles/audiences.css";
import "./styles/settings.css";
import "./styles/builder.css";
import "./styles/journeys.css";
import "./styles/campaigns.css";
import "./styles/content.css";
import "./styles/posts.css";
import "./styles/calendar.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

// One route for all: the app has its own. A router of this kind can ask before a page is left.
const router = createBrowserRouter([{ path: "*", element: <App /> }]);

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <LanguageProvider>
        <RouterProvider router={router} />
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
