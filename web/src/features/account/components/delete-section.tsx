import { useId, useState } from "react";

import { useUser } from "@/auth/session";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

import { useDeleteAccount } from "../api/use-delete-account";

/** Deletes the account. Says first what is lost; confirmed by typing the address. */
export function DeleteSection() {
  const [asking, setAsking] = useState(false);
  return (
    <div className="grid justify-items-start gap-4">
      <p className="text-13 text-ink-2">
        Deletes everything you made here, for ever. Export your data first if you want to keep it.
      </p>
      <Button
        variant="danger"
        className="-ml-3.5"
        onClick={() => {
          setAsking(true);
        }}
      >
        Delete account
      </Button>
      {asking && (
        <DeleteDialog
          onClose={() => {
            setAsking(false);
          }}
        />
      )}
    </div>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const { email } = useUser();
  const remove = useDeleteAccount();
  const form = useId();
  const [typed, setTyped] = useState("");
  const blocked = typed.trim().toLowerCase() !== email.toLowerCase() || remove.isPending;
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Delete your account?"
      description="This cannot be undone."
      footer={
        <>
          <Button onClick={onClose}>Keep account</Button>
          <Button type="submit" form={form} variant="danger" blocked={blocked}>
            {remove.isPending ? "Deleting" : "Delete permanently"}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!blocked) remove.mutate();
        }}
      >
        <ul className="grid list-disc gap-1 pl-4 text-13 text-ink-2">
          <li>Renders, photos and collections are deleted with their files.</li>
          <li>A paid plan ends now. Unused time is not refunded.</li>
          <li>Credits and the ledger are gone.</li>
        </ul>
        {remove.error && (
          <Notice tone="danger" live>
            {remove.error.message}
          </Notice>
        )}
        <TextField
          label={`Type ${email} to confirm`}
          name="confirmation"
          type="email"
          autoComplete="off"
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
          }}
        />
      </form>
    </Dialog>
  );
}
