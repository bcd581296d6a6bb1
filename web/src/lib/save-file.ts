/** Safari reads the URL after the click has returned (WebKit bug 211234). FileSaver.js waits as long. */
const REVOKE_AFTER_MS = 40_000;

/** Saves a file through the browser. */
export function saveFile(file: Blob, name: string) {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, REVOKE_AFTER_MS);
}
