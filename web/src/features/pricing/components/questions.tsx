import { Plus } from "lucide-react";

const QUESTIONS = [
  [
    "What happens when a run fails?",
    "You get its credits back at once, without asking: when the provider fails, when pictures expire before we can save them, and when the safety check blocks a picture. If you cancel a run, you pay only for the pictures that were ready.",
  ],
  [
    "Can I cancel at any time?",
    "Yes, on the Usage page. Your plan and its credits stay until the end of the period you paid for. Then you are on Free, and your renders stay. Unused time is not refunded.",
  ],
  [
    "What if I need more credits this month?",
    "Move to a larger plan. It is invoiced at once, and its credits are there as soon as it is paid.",
  ],
  [
    "Can I use the pictures for my work?",
    "Yes, on every plan, Free included: your renders stay yours. Make sure that you may use the photo you start from.",
  ],
  [
    "Who sees my photos and renders?",
    "You, and the people you send a link to. To make a render, its photo and description go to the provider that runs the model. Of a shared picture that somebody reports, the people who run this site see what was reported.",
  ],
  ["Do you offer invoices?", "Yes. Every payment has an invoice, on the Usage page under Manage billing."],
] as const;

/** The first three are open. */
const OPEN = 3;

export function Questions() {
  return (
    <div className="border-b border-line">
      {QUESTIONS.map(([question, answer], index) => (
        <details key={question} open={index < OPEN} className="group border-t border-line">
          <summary className="flex min-h-14 cursor-pointer list-none items-center justify-between gap-4 text-15 font-[550] [&::-webkit-details-marker]:hidden">
            {question}
            <Plus
              aria-hidden
              size={18}
              strokeWidth={1.6}
              className="shrink-0 text-ink-2 transition-transform group-open:rotate-45"
            />
          </summary>
          <p className="max-w-[66ch] pb-5 text-15 text-pretty text-ink-2 tablet:pr-12">{answer}</p>
        </details>
      ))}
    </div>
  );
}
