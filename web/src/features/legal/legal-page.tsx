import { Notice } from "@/components/ui/notice";
import { useDocumentTitle } from "@/lib/document-title";

import { blocksOf, isFilledIn, type Block, type Span } from "./markdown";
import contact from "./texts/contact.md?raw";
import privacy from "./texts/privacy.md?raw";
import terms from "./texts/terms.md?raw";

export const TermsPage = () => <LegalPage title="Terms" text={terms} />;
export const PrivacyPage = () => <LegalPage title="Privacy" text={privacy} />;
export const ContactPage = () => <LegalPage title="Contact" text={contact} />;

/** A text of whoever runs this site. */
function LegalPage({ title, text }: { title: string; text: string }) {
  useDocumentTitle(title);
  return (
    <article className="mx-auto max-w-[72ch] px-4 pt-6 pb-14 tablet:px-8 desk:pt-12">
      <h1 className="pb-6 text-44 font-semibold">{title}</h1>
      {!isFilledIn(text) && (
        <Notice tone="warn" className="mb-6">
          This text is a draft. Whoever runs this site has not filled in what stands in square brackets.
        </Notice>
      )}
      <div className="grid gap-4 text-15 text-ink-2">
        {blocksOf(text).map((block, index) => (
          <BlockView key={index} block={block} />
        ))}
      </div>
    </article>
  );
}

function BlockView({ block }: { block: Block }) {
  if (block.kind === "heading") {
    return (
      <h2 className="pt-5 text-18 font-semibold text-ink">
        <Spans of={block.spans} />
      </h2>
    );
  }
  if (block.kind === "paragraph") {
    return (
      <p className="text-pretty">
        <Spans of={block.spans} />
      </p>
    );
  }
  return (
    <ul className="grid list-disc gap-2 pl-5">
      {block.items.map((spans, index) => (
        <li key={index} className="text-pretty">
          <Spans of={spans} />
        </li>
      ))}
    </ul>
  );
}

function Spans({ of }: { of: readonly Span[] }) {
  return of.map(({ kind, text }, index) => {
    if (kind === "bold") {
      return (
        <b key={index} className="font-[550] text-ink">
          {text}
        </b>
      );
    }
    if (kind === "text") return text;
    return (
      <a key={index} href={kind === "mail" ? `mailto:${text}` : text} className="underline underline-offset-3">
        {text}
      </a>
    );
  });
}
