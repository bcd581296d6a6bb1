import { CornerDownLeft, Download, Ellipsis, Maximize } from "lucide-react";

import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, MenuItem } from "@/components/overlays/menu";

interface VariantActionsProps {
  number: number;
  onUseAsInput: () => void;
  onDownload: () => void;
  onOpen: () => void;
}

/** The actions for a variant, on its tile: buttons for a mouse, one menu for touch. */
export function VariantActions({ number, onUseAsInput, onDownload, onOpen }: VariantActionsProps) {
  const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.6 };
  return (
    <>
      <span className="flex gap-0.5 touch:hidden">
        <Button variant="glass" size="sm" onClick={onUseAsInput}>
          <CornerDownLeft {...icon} />
          Use as input
        </Button>
        <IconButton label={`Download variant ${number}`} variant="glass" size="sm" onClick={onDownload}>
          <Download {...icon} />
        </IconButton>
        <IconButton label={`Variant ${number}, full screen`} variant="glass" size="sm" onClick={onOpen}>
          <Maximize {...icon} />
        </IconButton>
      </span>
      <span className="hidden touch:block">
        <Menu
          trigger={
            <Button variant="glass" size="sm" aria-label={`Actions of variant ${number}`}>
              <Ellipsis aria-hidden size={18} strokeWidth={1.6} />
            </Button>
          }
        >
          <MenuItem icon={<CornerDownLeft {...icon} />} onSelect={onUseAsInput}>
            Use as input
          </MenuItem>
          <MenuItem icon={<Download {...icon} />} onSelect={onDownload}>
            Download
          </MenuItem>
          <MenuItem icon={<Maximize {...icon} />} onSelect={onOpen}>
            Full screen
          </MenuItem>
        </Menu>
      </span>
    </>
  );
}
