import type { components } from "@/api/schema";

export type { Generation } from "@/api/run-state";
export type { Preset, Setting, SettingValue } from "@/api/preset-settings";

type Schemas = components["schemas"];

export type Config = Schemas["ConfigView"];
export type Limits = Config["limits"];
export type SamplePhoto = Config["sample_photos"][number];

export type Render = Schemas["RenderView"];
export type Variant = Schemas["VariantView"];
export type Upload = Schemas["UploadView"];
export type EarlierUpload = Schemas["EarlierUploadView"];
export type Usage = Schemas["UsageView"];
export type SubmitGeneration = Schemas["SubmitGeneration"];
