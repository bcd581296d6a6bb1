import { Link, useRouter } from "@tanstack/react-router";

import type { RenderDetail } from "@/api/render-types";
import { MessagePage } from "@/components/message-page";
import { Button, buttonStyle } from "@/components/ui/button";
import { useRenderActions } from "@/gallery/use-render-actions";

import { handOverSettings } from "../hand-over";

/** A render that an operator took down: why, and what its owner may still do with it. */
export function TakenDown({ render, reason }: { render: RenderDetail; reason: string }) {
  const router = useRouter();
  const actions = useRenderActions();
  const useSettings = () => {
    handOverSettings(render, { newSeed: false });
    void router.navigate({ to: "/dashboard/create" });
  };
  const trash = () => {
    void actions.trash({ ids: [render.id] });
    void router.navigate({ to: "/dashboard/renders" });
  };
  return (
    <MessagePage title={render.title} sentence={reason}>
      <div className="flex flex-wrap justify-center gap-2">
        <Link to="/dashboard/renders" className={buttonStyle({ variant: "ink" })}>
          Go to Renders
        </Link>
        <Button onClick={useSettings}>Use these settings</Button>
        {render.purged_at === null && <Button onClick={trash}>Move to trash</Button>}
      </div>
    </MessagePage>
  );
}
