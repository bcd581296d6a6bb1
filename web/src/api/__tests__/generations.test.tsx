import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";

import { FakeBackend, ok } from "@/test/fake-backend";
import { generation, succeeded } from "@/test/fixtures";

import { generationsQuery, useEnd, useRunning } from "../generations";
import { createQueryClient } from "../query-client";
import type { Generation } from "../run-state";

it.each(["the run", "the list"])("the end of a run is told once when %s hears of it first", async (first) => {
  let state = generation();
  let released: () => void = vi.fn();
  let held = Promise.resolve();
  new FakeBackend()
    .on("GET /api/v1/generations", () => ok([state]))
    .on(`GET /api/v1/generations/${state.id}`, async () => {
      await held;
      return ok(state);
    });
  const client = createQueryClient();
  const onEnd = vi.fn<(generation: Generation) => void>();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(
    () => {
      const running = useRunning();
      useEnd(running.watched.data, onEnd);
      return running;
    },
    { wrapper },
  );
  await waitFor(() => expect(result.current.running?.id).toBe(state.id));
  await waitFor(() => expect(result.current.watched.isPlaceholderData).toBe(false));

  if (first === "the list") held = new Promise((resolve) => (released = resolve));
  state = succeeded();
  if (first === "the list") await act(() => client.invalidateQueries({ queryKey: generationsQuery.queryKey }));
  released();
  await waitFor(() => expect(onEnd).toHaveBeenCalledOnce(), { timeout: 5000 });
  expect(onEnd.mock.calls[0]?.[0].status).toBe("succeeded");
  await waitFor(() => expect(result.current.running).toBeNull());
});
