import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";

it("every page of the table has a route at its address, with its code", async () => {
  const { pages } = await import("../pages");
  const { createAppRouter } = await import("../router");
  const { routesByPath } = createAppRouter(new QueryClient());
  for (const [address, { title }] of Object.entries(pages)) {
    const route = Object.entries(routesByPath).find(([path]) => path === address)?.[1];
    expect(route?.options.staticData, address).toEqual({ title });
    expect(route?.options.component, address).toHaveProperty("preload");
  }
});
