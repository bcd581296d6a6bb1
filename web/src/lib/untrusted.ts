/**
 * Reads JSON from this device's storage, which may come from another version or a person. null when it cannot be read.
 */
export function readStored(key: string, kind: "localStorage" | "sessionStorage" = "localStorage"): unknown {
  try {
    return JSON.parse(window[kind].getItem(key) ?? "null");
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
