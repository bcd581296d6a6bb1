import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { QueryState, type QueryLike } from "../query-state";

const FAILED = new Error("Maquette rests.");

function show<Data>(query: Partial<QueryLike<Data>>, props: { instead?: (error: Error) => string | false } = {}) {
  const asked = { data: undefined, error: null, refetch: vi.fn(), ...query };
  render(
    <QueryState query={asked} pending="Loading" empty="Nothing yet" {...props}>
      {(data) => <p>Data: {JSON.stringify(data)}</p>}
    </QueryState>,
  );
  return { ...asked, text: document.body.textContent };
}

it("B4: pending, failed, empty and data are told apart", () => {
  expect(show({}).text).toBe("Loading");
  document.body.replaceChildren();
  expect(show({ error: FAILED }).text).toBe("Maquette rests.Try again");
  document.body.replaceChildren();
  expect(show({ data: [] }).text).toBe("Nothing yet");
  document.body.replaceChildren();
  expect(show({ data: { pages: [{ rows: [] }] } }).text).toBe("Nothing yet");
  document.body.replaceChildren();
  expect(show({ data: [1] }).text).toBe("Data: [1]");
});

it("B5: a failure later leaves the data, and can be tried again", async () => {
  const { text, refetch } = show({ data: [1], error: FAILED });
  expect(text).toBe("Data: [1]Maquette rests.Try again");
  await userEvent.click(screen.getByText("Try again"));
  expect(refetch).toHaveBeenCalledOnce();
});

it("what is gone is said in place of everything, and other errors are not taken for it", () => {
  const instead = (error: Error) => error === FAILED && "Gone";
  expect(show({ data: [1], error: FAILED }, { instead }).text).toBe("Gone");
  document.body.replaceChildren();
  expect(show({ data: [1], error: new Error("Late") }, { instead }).text).toContain("Data: [1]");
});

it("a next page is offered, and asked for again when it failed", async () => {
  const fetchNextPage = vi.fn();
  show({ data: [1], hasNextPage: true, fetchNextPage });
  await userEvent.click(screen.getByText("Show more"));
  document.body.replaceChildren();
  const { refetch, text } = show({
    data: [1],
    error: FAILED,
    isFetchNextPageError: true,
    hasNextPage: true,
    fetchNextPage,
  });
  expect(text).not.toContain("Show more");
  await userEvent.click(screen.getByText("Try again"));
  expect(fetchNextPage).toHaveBeenCalledTimes(2);
  expect(refetch).not.toHaveBeenCalled();
});
