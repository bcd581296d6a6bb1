import { useState } from "react";

import { useConfig } from "@/api/config";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { TextField } from "@/components/ui/field";

interface NameDialogProps {
  title: string;
  /** The text of the button. */
  action: string;
  name: string;
  pending: boolean;
  error: Error | null;
  onSave: (name: string) => void;
  onClose: () => void;
}

/** Asks for the name of a collection. */
export function NameDialog({ title, action, name, pending, error, onSave, onClose }: NameDialogProps) {
  const { limits } = useConfig();
  const [typed, setTyped] = useState(name);
  const empty = typed.trim() === "";
  return (
    <Dialog open onOpenChange={onClose} title={title}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!empty && !pending) onSave(typed.trim());
        }}
      >
        <TextField
          label="Name"
          // The dialog is for typing this name.
          data-autofocus
          value={typed}
          maxLength={limits.collection_name_characters}
          onChange={(event) => setTyped(event.target.value)}
          error={error?.message}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="ink" blocked={empty || pending}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
