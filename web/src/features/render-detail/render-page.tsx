import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { isGone } from "@/api/errors";
import { renderQuery } from "@/api/renders";
import { MessagePage } from "@/components/message-page";
import { QueryState } from "@/components/query-state";
import { buttonStyle } from "@/components/ui/button";
import { TextSkeleton } from "@/components/ui/skeleton";
import { useDocumentTitle } from "@/lib/document-title";

import { RenderView } from "./components/render-view";
import { TakenDown } from "./components/taken-down";

const route = getRouteApi("/dashboard/renders/$renderId");

/** One render: its variants, its settings and its actions. */
export function RenderPage() {
  const { renderId } = route.useParams();
  const query = useQuery(renderQuery(renderId));
  useDocumentTitle(query.data?.title ?? "Render");
  return (
    <QueryState query={query} pending={<Skeleton />} instead={(error) => isGone(error) && <Gone />}>
      {(render) =>
        render.taken_down ? (
          <TakenDown render={render} reason={render.taken_down.message} />
        ) : (
          <RenderView key={render.id} render={render} />
        )
      }
    </QueryState>
  );
}

function Gone() {
  return (
    <MessagePage title="This render is not here" sentence="It was deleted for ever, or it belongs to somebody else.">
      <Link to="/dashboard/renders" className={buttonStyle({ variant: "ink" })}>
        Go to Renders
      </Link>
    </MessagePage>
  );
}

function Skeleton() {
  return (
    <div aria-hidden className="desk:grid desk:h-dvh desk:grid-cols-[minmax(0,1fr)_var(--aside)]">
      <div className="aspect-3/2 bg-stage desk:aspect-auto" />
      <div className="grid content-start gap-4 px-5 pt-5">
        <TextSkeleton className="w-40" />
        <TextSkeleton className="w-56" />
        <TextSkeleton className="w-48" />
      </div>
    </div>
  );
}
