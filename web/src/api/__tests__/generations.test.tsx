import { QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";

import { FakeBackend, ok } from "@/test/fake-backend";
import { generation, succeeded } from "@/test/fixtures";

import { generationQuery, generationsQuery, useRunning } from "../generations";
import { createQueryClient } from "../query-client";
import { observeRunEnds, useRunEnds } from "../run-ends";
import type { Generation } from "../run-state";

it.each(["the run", "the list"])("B2: the end of a run is told once when %s hears of it first", async (first) => {
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
      useRunEnds(onEnd);
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

describe("what tells the ends of runs", () => {
  const told = () => {
    const client = createQueryClient();
    const statuses: string[] = [];
    const answer = (run: Generation) => client.setQueryData(generationQuery(run.id).queryKey, run);
    answer(generation());
    observeRunEnds(client, ({ status }) => statuses.push(status));
    return { client, statuses, answer };
  };

  it("is not misled by an answer that was asked for before the end and comes after it", () => {
    const { statuses, answer } = told();
    for (const run of [succeeded(), generation(), succeeded()]) answer(run);
    expect(statuses).toEqual(["succeeded"]);
  });

  it("tells of a run that expired, and of what became of it", () => {
    const { statuses, answer } = told();
    for (const run of [generation({ status: "expired" }), generation({ status: "expired" }), succeeded()]) answer(run);
    expect(statuses).toEqual(["expired", "succeeded"]);
  });

  it("tells nothing of runs that had ended before they were first seen", () => {
    const { client, statuses } = told();
    client.setQueryData(generationsQuery.queryKey, {
      pages: [{ rows: [succeeded({ id: "another" })], nextCursor: null }],
      pageParams: [null],
    });
    expect(statuses).toEqual([]);
  });
});
