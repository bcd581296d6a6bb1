/** Saves a file through the browser. */
export function saveFile(file: Blob, name: string) {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The started download does not need the URL any more.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 0);
}
