/** A piece of a line. Addresses become links; nothing becomes markup. */
export interface Span {
  kind: "text" | "bold" | "link" | "mail";
  text: string;
}

export type Block =
  { kind: "heading"; spans: Span[] } | { kind: "paragraph"; spans: Span[] } | { kind: "list"; items: Span[][] };

const PIECES = /(\*\*[^*]+\*\*|https?:\/\/[^\s)\]]*[^\s)\].,;:]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/;

/** The part of Markdown that the legal texts use: headings of one level, paragraphs of one line, lists, bold, addresses. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const last = blocks.at(-1);
    if (line.startsWith("## ")) blocks.push({ kind: "heading", spans: spansOf(line.slice(3)) });
    else if (!line.startsWith("- ")) blocks.push({ kind: "paragraph", spans: spansOf(line) });
    else if (last?.kind === "list") last.items.push(spansOf(line.slice(2)));
    else blocks.push({ kind: "list", items: [spansOf(line.slice(2))] });
  }
  return blocks;
}

/** Whether whoever runs the site has replaced everything in square brackets. */
export function isFilledIn(text: string): boolean {
  return !/\[[^\]]+\]/.test(text);
}

function spansOf(line: string): Span[] {
  return line
    .split(PIECES)
    .map((piece, index): Span => {
      if (index % 2 === 0) return { kind: "text", text: piece };
      if (piece.startsWith("**")) return { kind: "bold", text: piece.slice(2, -2) };
      return { kind: piece.startsWith("http") ? "link" : "mail", text: piece };
    })
    .filter(({ text }) => text !== "");
}
