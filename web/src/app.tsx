/** Which page is shown: set-up, sign-in, or the app. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { sessionQuery } from "./api/client";
import { LedgerPatterns } from "./charts/ledger";
import { useText } from "./messages";
import { NotFound } from "./pages/not-found";
import { SetUp, SignIn } from "./pages/sign-in";
import { Today } from "./pages/today/today";
import { Shell } from "./shell/shell";
import { Failed, Loading } from "./ui/parts";

const People = lazy(() => import("./pages/people/people"));
const PersonPage = lazy(() => import("./pages/people/person"));
const Audiences = lazy(() => import("./pages/audiences/audiences"));
const AudiencePage = lazy(() => import("./pages/audiences/audience"));
const EditAudience = lazy(() => import("./pages/audiences/edit"));
const Overlap = lazy(() => import("./pages/audiences/overlap"));
const Journeys = lazy(() => import("./pages/journeys/journeys"));
const JourneyPage = lazy(() => import("./pages/journeys/journey"));
const EditJourney = lazy(() => import("./pages/journeys/edit"));
const Tasks = lazy(() => import("./pages/tasks/tasks"));
const Broadcasts = lazy(() => import("./pages/broadcasts/broadcasts"));
const BroadcastPage = lazy(() => import("./pages/broadcasts/broadcast"));
const Posts = lazy(() => import("./pages/posts/posts"));
const PostPage = lazy(() => import("./pages/posts/post"));
const NewPost = lazy(() => import("./pages/posts/new-post"));
const Calendar = lazy(() => import("./pages/calendar/calendar"));
const Contents = lazy(() => import("./pages/content/contents"));
const NewContent = lazy(() => import("./pages/content/new-content"));
const ContentPage = lazy(() => import("./pages/content/content"));
const Forms = lazy(() => import("./pages/forms/forms"));
const Leverage = lazy(() => import("./pages/leverage/leverage"));
const Planner = lazy(() => import("./pages/leverage/planner"));
const Holdouts = lazy(() => import("./pages/leverage/holdouts"));
const Campaigns = lazy(() => import("./pages/campaigns/campaigns"));
const CampaignPage = lazy(() => import("./pages/campaigns/campaign"));
const Channels = lazy(() => import("./pages/channels/channels"));
const Decisions = lazy(() => import("./pages/decisions/decisions"));
const Settings = lazy(() => import("./pages/settings/settings"));
const Webhooks = lazy(() => import("./pages/settings/webhooks"));
const Events = lazy(() => import("./pages/events/events"));

export function App() {
  const { t } = useText();
  const session = useQuery(sessionQuery);
  if (session.isPending) return <Loading />;
  if (session.isError) {
    return (
      <main className="alone">
        <h1 className="hidden">{t.app.offline}</h1>
        <Failed error={session.error} retry={() => session.refetch()} />
      </main>
    );
  }
  const { data } = session;
  return (
    <>
      <LedgerPatterns />
      <Suspense fallback={<Loading />}>
        <Routes>
          <Route path="/setup" element={<SetUp session={data} />} />
          {data.signed_in ? (
            <Route element={<Shell session={data} />}>
              <Route index element={<Today />} />
              <Route path="leverage" element={<Leverage />} />
              <Route path="leverage/plan" element={<Planner />} />
              <Route path="leverage/holdouts" element={<Holdouts />} />
              <Route path="people" element={<People />} />
              <Route path="people/:id" element={<PersonPage />} />
              <Route path="audiences" element={<Audiences />} />
              <Route path="audiences/:name" element={<AudiencePage />} />
              <Route path="audiences/:name/edit" element={<EditAudience />} />
              <Route path="new/audience" element={<EditAudience />} />
              <Route path="overlap" element={<Overlap />} />
              <Route path="journeys" element={<Journeys />} />
              <Route path="journeys/:name" element={<JourneyPage />} />
              <Route path="journeys/:name/edit" element={<EditJourney />} />
              <Route path="new/journey" element={<EditJourney />} />
              <Route path="tasks" element={<Tasks />} />
              <Route path="broadcasts" element={<Broadcasts />} />
              <Route path="broadcasts/:name" element={<BroadcastPage />} />
              <Route path="posts" element={<Posts />} />
              <Route path="posts/:name" element={<PostPage />} />
              <Route path="new/post" element={<NewPost />} />
              <Route path="calendar" element={<Calendar />} />
              <Route path="content" element={<Contents />} />
              <Route path="new/content" element={<NewContent />} />
              <Route path="content/:name" element={<ContentPage />} />
              <Route path="forms" element={<Forms />} />
              <Route path="campaigns" element={<Campaigns />} />
              <Route path="campaigns/:kind/:name" element={<CampaignPage />} />
              <Route path="channels" element={<Channels />} />
              <Route path="decisions" element={<Decisions />} />
              <Route path="settings" element={<Settings />} />
              <Route path="settings/webhooks" element={<Webhooks />} />
              <Route path="events" element={<Events />} />
              <Route path="*" element={<NotFound />} />
            </Route>
          ) : (
            <Route path="*" element={<SignIn session={data} />} />
          )}
        </Routes>
      </Suspense>
    </>
  );
}
