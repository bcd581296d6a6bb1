import { useId, type ReactNode } from "react";

import { leave } from "@/auth/leave";
import { NewPasswordForm } from "@/auth/new-password-form";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { useDocumentTitle } from "@/lib/document-title";

import { BillingSection } from "./components/billing-section";
import { DeleteSection } from "./components/delete-section";
import { EmailSection } from "./components/email-section";
import { ExportSection } from "./components/export-section";
import { PreferencesSection } from "./components/preferences-section";

export function AccountPage() {
  useDocumentTitle("Account settings");
  return (
    <div className="mx-auto max-w-[840px] px-4 pb-14 tablet:pt-5 tablet:px-10">
      <h1 className="pb-5 text-24 font-semibold max-tablet:sr-only">Account settings</h1>
      <Section title="E-mail">
        <EmailSection />
      </Section>
      <Section title="Password">
        <NewPasswordForm
          onSaved={() => {
            toast("Your new password is set. Other devices are signed out.");
          }}
        />
      </Section>
      <Section title="Plan and billing">
        <BillingSection />
      </Section>
      <Section title="This device">
        <PreferencesSection />
      </Section>
      <Section title="Session">
        <Button onClick={leave}>Sign out</Button>
      </Section>
      <Section title="Your data">
        <ExportSection />
      </Section>
      <Section title="Delete account">
        <DeleteSection />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-10 gap-y-4 border-line py-7 not-first-of-type:border-t tablet:border-t tablet:grid-cols-[200px_minmax(0,400px)]"
    >
      <h2 id={id} className="text-15 font-semibold">
        {title}
      </h2>
      <div>{children}</div>
    </section>
  );
}
