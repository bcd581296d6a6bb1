import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Config = Schemas["ConfigView"];
export type Preset = Config["presets"][number];
export type Setting = Preset["settings"][number];
export type SettingValue = string | number | boolean;
export type Limits = Config["limits"];
export type SamplePhoto = Config["sample_photos"][number];

export type Generation = Schemas["GenerationView"];
export type Render = Schemas["RenderView"];
export type Variant = Schemas["VariantView"];
export type Upload = Schemas["UploadView"];
export type EarlierUpload = Schemas["EarlierUploadView"];
export type Usage = Schemas["UsageView"];
export type SubmitGeneration = Schemas["SubmitGeneration"];
