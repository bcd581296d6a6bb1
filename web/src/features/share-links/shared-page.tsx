import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { cx } from "class-variance-authority";
import { Flag } from "lucide-react";
import { useEffect, useState } from "react";

import { isGone } from "@/api/errors";
import { QueryState } from "@/components/query-state";
import { Picture } from "@/components/picture/picture";
import { ApplyButton } from "@/publishing/apply-button";
import { useOpenItem } from "@/publishing/open-item";
import { RecipeFacts } from "@/publishing/recipe-facts";
import { ReportDialog } from "@/publishing/report-dialog";
import { Button, buttonStyle } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { PictureViewer } from "@/components/overlays/picture-viewer";
import type { ViewerPicture } from "@/components/viewer/picture-viewer-panel";
import { useDocumentTitle } from "@/lib/document-title";

import { sharedQuery, type SharedRender } from "./api/get-shared";

/** The page that a share link opens, for everybody who has it. */
export function SharedPage() {
  const { token } = useParams({ from: "/public/s/$token" });
  const shared = useInfiniteQuery(sharedQuery(token));
  const { item: openId, ...viewer } = useOpenItem("/public/s/$token");
  /** What is reported: the page, or one render of it. */
  const [reporting, setReporting] = useState<{ render_id?: string } | null>(null);
  const title = shared.data?.pages[0]?.title;
  const renders = isGone(shared.error) ? [] : (shared.data?.pages.flatMap((page) => page.renders) ?? []);
  const openRender = renders.find(({ variants }) => variants.some(({ id }) => id === openId));
  useDocumentTitle(
    [openRender && openRender.title !== title ? openRender.title : null, title ?? "Shared with you"]
      .filter(Boolean)
      .join(" · "),
  );

  const { hasNextPage, isFetching, fetchNextPage } = shared;
  const sought = openId !== null && !openRender && hasNextPage && !isFetching;
  useEffect(() => {
    // The picture in the address is on a later page of the list.
    if (sought) void fetchNextPage();
  }, [sought, fetchNextPage]);

  const pictures = renders.flatMap(viewerPictures);
  const open = pictures.findIndex(({ id }) => id === openId);
  const alone = pictures.length === 1 && !hasNextPage;
  return (
    <div className="mx-auto max-w-[1360px] px-4 pt-7 pb-14 tablet:px-8">
      <QueryState
        query={shared}
        pending={<Loading />}
        instead={(error) => isGone(error) && <Gone sentence={error.message} />}
      >
        {() => (
          <>
            <div className="flex flex-wrap items-center gap-2 pb-6">
              <h1 className="grow text-24 font-semibold">{title}</h1>
              <Button
                variant="ghost"
                onClick={() => {
                  setReporting({});
                }}
              >
                <Flag aria-hidden size={15} strokeWidth={1.6} />
                Report
              </Button>
            </div>
            {renders.length === 0 && <p className="py-8 text-15 text-ink-2">There is nothing in it now.</p>}
            {/* A single picture is as large as the window allows; pictures of a collection are shown in two columns. */}
            <div className={alone ? "" : "grid items-start gap-x-4 tablet:grid-cols-2"}>
              {renders.map((render) => (
                <SharedSection
                  key={render.id}
                  render={render}
                  titled={render.title !== title}
                  alone={alone}
                  onOpen={viewer.open}
                />
              ))}
            </div>
          </>
        )}
      </QueryState>
      {openRender && (
        <PictureViewer
          title={openRender.title}
          pictures={pictures}
          index={open}
          onIndexChange={(index) => {
            const next = pictures[index];
            if (next) viewer.show(next.id);
          }}
          noun="Picture"
          before={null}
          actions={
            <>
              {openRender.recipe && (
                <>
                  <RecipeFacts recipe={openRender.recipe} />
                  <ApplyButton title={openRender.title} recipe={openRender.recipe} variant="canary" />
                </>
              )}
              <IconButton
                label="Report"
                variant="ghost"
                onClick={() => {
                  setReporting({ render_id: openRender.id });
                }}
              >
                <Flag aria-hidden size={18} strokeWidth={1.6} />
              </IconButton>
            </>
          }
          onClose={viewer.close}
        />
      )}
      {reporting && (
        <ReportDialog
          what={"render_id" in reporting ? "picture" : "page"}
          subject={{ share_token: token, ...reporting }}
          onClose={() => {
            setReporting(null);
          }}
        />
      )}
    </div>
  );
}

interface SharedSectionProps {
  render: SharedRender;
  /** A title of its own is above it: it is not the title of the page. */
  titled: boolean;
  /** It is the only picture of the page. */
  alone: boolean;
  onOpen: (variantId: string) => void;
}

function SharedSection({ render, titled, alone, onOpen }: SharedSectionProps) {
  const [first] = render.variants;
  const many = render.variants.length > 1;
  return (
    <section
      aria-label={render.title}
      className={cx("pb-9", many && "tablet:col-span-2")}
      style={alone && first ? { maxWidth: `max(20rem, 72dvh * ${String(first.width / first.height)})` } : undefined}
    >
      {titled && <h2 className="pb-3 text-15 font-semibold">{render.title}</h2>}
      <ul className={cx("columns-1 gap-4", many && "tablet:columns-2")}>
        {render.variants.map((variant) => (
          <li key={variant.id} className="mb-4 break-inside-avoid">
            <button
              type="button"
              aria-label={`Look at variant ${String(variant.index + 1)} of ${render.title}`}
              className="block w-full rounded-pic"
              onClick={() => {
                onOpen(variant.id);
              }}
            >
              <Picture
                src={alone ? variant.url : variant.thumbnail_url}
                alt={render.title}
                width={variant.width}
                height={variant.height}
                placeholder={variant.placeholder}
              />
            </button>
          </li>
        ))}
      </ul>
      {render.recipe && (
        <div className="flex flex-wrap items-center gap-3">
          <p className="grow text-13 text-ink-2">
            {render.recipe.preset_name ?? "A preset of the past"}
            {render.recipe.prompt && render.recipe.prompt !== render.title && `: ${render.recipe.prompt}`}
          </p>
          <ApplyButton title={render.title} recipe={render.recipe} variant="ink" />
        </div>
      )}
    </section>
  );
}

function viewerPictures(render: SharedRender): ViewerPicture[] {
  return render.variants.map((variant) => ({
    id: variant.id,
    src: variant.url,
    thumbnail: variant.thumbnail_url,
    alt: render.title,
    width: variant.width,
    height: variant.height,
  }));
}

function Loading() {
  return (
    <div aria-busy>
      <p className="sr-only">What was shared with you is loading.</p>
      <div aria-hidden className="mb-6 h-9 w-60 max-w-full rounded-sm bg-stage" />
      <div aria-hidden className="aspect-3/2 max-w-3xl rounded-pic bg-stage" />
    </div>
  );
}

function Gone({ sentence }: { sentence: string }) {
  return (
    <div className="grid min-h-[60dvh] place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-24 font-semibold">Nothing to see here</h1>
      <p className="max-w-sm text-15 text-balance text-ink-2">{sentence}</p>
      <Link to="/community" className={buttonStyle({ variant: "line", className: "mt-3" })}>
        See the community
      </Link>
    </div>
  );
}
