import { Copy, Ellipsis, FileArchive, FileImage, ImageIcon, Trash, Trash2 } from "lucide-react";

import { Button } from "@/components/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/components/overlays/menu";

interface MoreMenuProps {
  isCover: boolean;
  /** The last variant of a render cannot be deleted. */
  canDeleteVariant: boolean;
  /** Downloads contain their settings unless the person switched that off. */
  carriesSettings: boolean;
  onMakeCover: () => void;
  onCopySettings: () => void;
  onDownloadOtherWay: () => void;
  onDownloadAll: () => void;
  onDeleteVariant: () => void;
  onTrash: () => void;
}

const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;

export function MoreMenu({ isCover, canDeleteVariant, carriesSettings, ...handlers }: MoreMenuProps) {
  return (
    <Menu
      trigger={
        <Button aria-label="More actions">
          <Ellipsis aria-hidden size={18} strokeWidth={1.6} />
        </Button>
      }
    >
      <MenuItem
        icon={<ImageIcon {...ICON} />}
        disabled={isCover}
        onSelect={handlers.onMakeCover}
        className="data-disabled:text-ink-3"
      >
        {isCover ? "This is the cover" : "Make cover"}
      </MenuItem>
      <MenuItem icon={<Copy {...ICON} />} onSelect={handlers.onCopySettings}>
        Copy settings
      </MenuItem>
      <MenuItem icon={<FileImage {...ICON} />} onSelect={handlers.onDownloadOtherWay}>
        {carriesSettings ? "Download without settings" : "Download with settings"}
      </MenuItem>
      <MenuItem icon={<FileArchive {...ICON} />} onSelect={handlers.onDownloadAll}>
        Download all variants
      </MenuItem>
      <MenuSeparator />
      {canDeleteVariant && (
        <MenuItem icon={<Trash2 {...ICON} />} danger onSelect={handlers.onDeleteVariant}>
          Delete this variant
        </MenuItem>
      )}
      <MenuItem icon={<Trash {...ICON} />} danger onSelect={handlers.onTrash}>
        Move to trash
      </MenuItem>
    </Menu>
  );
}
