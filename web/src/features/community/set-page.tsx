import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, Flag, Link2 } from "lucide-react";
import { useState } from "react";

import { isGone } from "@/api/errors";
import { ApplyButton } from "@/publishing/apply-button";
import { useOpenItem } from "@/publishing/open-item";
import { RecipeFacts } from "@/publishing/recipe-facts";
import { ReportDialog } from "@/publishing/report-dialog";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { QueryState } from "@/components/query-state";
import { Notice } from "@/components/ui/notice";
import { toast } from "@/components/ui/toast-store";
import { PictureViewer } from "@/components/overlays/picture-viewer";
import { useDocumentTitle } from "@/lib/document-title";

import { setQuery, type CommunityItem } from "./api/community";
import { ItemCard } from "./components/item-card";

/** On the first screen of a wide window. */
const EAGER_ITEMS = 3;

export function SetPage() {
  const { slug } = useParams({ from: "/public/community/$slug" });
  const query = useQuery(setQuery(slug));
  const set = query.data;
  const { item: openId, ...viewer } = useOpenItem("/public/community/$slug");
  const open = set?.items.findIndex(({ id }) => id === openId) ?? -1;
  useDocumentTitle([set?.items[open]?.title, set?.title ?? "Community"].filter(Boolean).join(" · "));

  return (
    <div className="mx-auto min-h-dvh max-w-[1360px] px-4 pt-5 pb-14 tablet:px-8">
      <Link
        to="/community"
        className="inline-flex min-h-(--tap) items-center gap-1.5 text-13 text-ink-2 hover:text-ink"
      >
        <ArrowLeft aria-hidden size={15} strokeWidth={1.6} />
        Community
      </Link>
      <QueryState query={query} pending={<SetSkeleton />} instead={(error) => isGone(error) && <Gone error={error} />}>
        {({ title, description, items }) => (
          <>
            <div className="flex flex-wrap items-end gap-4 pt-2 pb-6">
              <div className="grow">
                <h1 className="text-24 font-semibold">{title}</h1>
                <p className="max-w-[60ch] pt-1 text-15 text-ink-2">{description}</p>
              </div>
              <Button onClick={copyAddress}>
                <Link2 aria-hidden size={15} strokeWidth={1.6} />
                Copy link
              </Button>
            </div>
            <ul className="columns-1 gap-5 tablet:columns-2 wide:columns-3">
              {items.map((item, index) => (
                <ItemCard
                  key={item.id}
                  item={item}
                  eager={index < EAGER_ITEMS}
                  onOpen={() => {
                    viewer.open(item.id);
                  }}
                />
              ))}
            </ul>
            {open !== -1 && (
              <ItemViewer
                items={items}
                index={open}
                onIndexChange={(index) => {
                  const next = items[index];
                  if (next) viewer.show(next.id);
                }}
                onClose={viewer.close}
              />
            )}
          </>
        )}
      </QueryState>
    </div>
  );
}

interface ItemViewerProps {
  items: readonly CommunityItem[];
  index: number;
  onIndexChange: (index: number) => void;
  onClose: () => void;
}

function ItemViewer({ items, index, onIndexChange, onClose }: ItemViewerProps) {
  const [reporting, setReporting] = useState(false);
  const item = items[index];
  if (!item) return null;
  return (
    <>
      <PictureViewer
        title={item.title}
        pictures={items.map(({ id, title, picture }) => ({
          id,
          src: picture.url,
          thumbnail: picture.thumbnail_url,
          alt: title,
          width: picture.width,
          height: picture.height,
        }))}
        index={index}
        onIndexChange={onIndexChange}
        noun="Picture"
        before={null}
        actions={
          <>
            <RecipeFacts recipe={item.recipe} credit={item.credit} />
            <ApplyButton title={item.title} recipe={item.recipe} variant="canary" />
            <IconButton
              label="Report"
              variant="ghost"
              onClick={() => {
                setReporting(true);
              }}
            >
              <Flag aria-hidden size={18} strokeWidth={1.6} />
            </IconButton>
          </>
        }
        onClose={onClose}
      />
      {reporting && (
        <ReportDialog
          subject={{ community_item_id: item.id }}
          onClose={() => {
            setReporting(false);
          }}
        />
      )}
    </>
  );
}

function Gone({ error }: { error: Error }) {
  return (
    <>
      <h1 className="pt-2 pb-4 text-24 font-semibold">This set is not here</h1>
      <Notice tone="danger">{error.message}</Notice>
    </>
  );
}

function SetSkeleton() {
  return (
    <div aria-busy className="pt-2">
      <p className="sr-only">The set is loading.</p>
      <div aria-hidden className="mb-6 h-14 w-72 max-w-full rounded-sm bg-stage" />
      <div aria-hidden className="columns-1 gap-5 tablet:columns-2 wide:columns-3">
        {["aspect-4/3", "aspect-3/4", "aspect-square", "aspect-3/2", "aspect-4/3", "aspect-square"].map(
          (shape, index) => (
            <div key={index} className={`mb-7 break-inside-avoid rounded-pic bg-stage ${shape}`} />
          ),
        )}
      </div>
    </div>
  );
}

function copyAddress() {
  navigator.clipboard.writeText(window.location.href).then(
    () => {
      toast("The link is copied.");
    },
    () => {
      toast("Copying is not allowed here. Copy the address from the bar above.", { tone: "danger" });
    },
  );
}
