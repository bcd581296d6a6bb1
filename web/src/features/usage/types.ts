import type { components } from "@/api/schema";

export type Usage = components["schemas"]["UsageView"];
export type Entry = components["schemas"]["EntryView"];
export type Plan = components["schemas"]["PlanView"];
