import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

async function show(stored: { mime: string; bytes: number } | null = { mime: "image/webp", bytes: 943_718 }) {
  const { DownloadButton } = await import("../download-button");
  const onDownload = vi.fn();
  render(<DownloadButton stored={stored} onDownload={onDownload} scope="page" />);
  return { onDownload, user: userEvent.setup() };
}

it("downloads with one click in the format that was chosen last, which is kept", async () => {
  const { onDownload, user } = await show();
  await user.click(screen.getByRole("button", { name: "Download" }));
  expect(onDownload).toHaveBeenCalledTimes(1);

  await user.click(screen.getByRole("button", { name: "Format: WebP" }));
  const inFormat = await screen.findByRole("button", { name: "Download WebP 0.9 MB" });
  expect(inFormat).toBeVisible();
  await user.click(screen.getByRole("radio", { name: "JPEG" }));
  expect(screen.getByText(/^JPEG has no transparency/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Download JPEG" }));
  expect(onDownload).toHaveBeenCalledTimes(2);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

  expect(screen.getByRole("button", { name: "Format: JPEG" })).toBeVisible();
  expect(JSON.parse(localStorage.getItem("maquette.preferences") ?? "")).toMatchObject({ format: "jpeg" });
});

it("has no format of its own for several pictures before one was chosen", async () => {
  const { user } = await show(null);
  await user.click(screen.getByRole("button", { name: "Format" }));
  await screen.findByRole("dialog", { name: "Format of downloads" });
  expect(screen.queryByRole("radio", { checked: true })).toBeNull();
});

it("has a key for the last format, and one for the menu", async () => {
  const { onDownload, user } = await show();
  await user.keyboard("d");
  expect(onDownload).toHaveBeenCalledTimes(1);
  await user.keyboard("{Shift>}D{/Shift}");
  expect(await screen.findByRole("dialog", { name: "Format of downloads" })).toBeVisible();
  expect(onDownload).toHaveBeenCalledTimes(1);
});
