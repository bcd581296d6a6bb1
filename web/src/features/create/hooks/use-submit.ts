import { useState } from "react";

import { ApiError } from "@/api/errors";

import { useRetryGeneration } from "../api/retry-generation";
import { useSubmitGeneration } from "../api/submit-generation";
import { randomSeed, toRequest, type Draft } from "../draft";
import { submitErrorMessage } from "../messages";
import { rememberPrompt } from "../prompt-history";
import type { Config, Generation, Preset } from "../types";
import { useIdempotencyKey } from "./use-idempotency-key";

interface SubmitOptions {
  userId: string;
  draft: Draft;
  preset: Preset;
  config: Config;
  planMaximum: number;
  change: (changes: Partial<Draft>) => void;
  onStarted: (generation: Generation) => void;
  /** The credits are not enough. */
  onCapReached: () => void;
}

/** Generates and tries again, with a sentence about the result. */
export function useSubmit({
  userId,
  draft,
  preset,
  config,
  planMaximum,
  change,
  onStarted,
  onCapReached,
}: SubmitOptions) {
  const { mutate: send, isPending: sending } = useSubmitGeneration();
  const { mutate: again, isPending: retrying } = useRetryGeneration();
  const { keyFor, settle } = useIdempotencyKey();
  const [problem, setProblem] = useState<string | null>(null);

  const started = (generation: Generation) => {
    settle();
    setProblem(null);
    onStarted(generation);
  };
  const refused = (error: Error) => {
    const code = error instanceof ApiError ? error.code : null;
    // Nothing was made, or it was refunded. After any other failure the request may have arrived, so it keeps its key.
    if (code === "provider_error" || (error instanceof ApiError && error.status >= 400 && error.status < 500)) settle();
    if (code === "plan_cap_reached") onCapReached();
    else setProblem(submitErrorMessage(error));
    return code;
  };

  const submit = () => {
    const body = toRequest(draft, preset, planMaximum);
    setProblem(null);
    rememberPrompt(userId, draft.prompt);
    send(
      { body, key: keyFor(JSON.stringify(body)) },
      {
        onSuccess: (generation) => {
          if (!draft.seedLocked) change({ seed: randomSeed(config.limits) });
          started(generation);
        },
        onError: (error) => {
          const code = refused(error);
          if (code === "input_not_found") change({ input: null });
          if (code === "collection_not_found") change({ collectionId: null });
        },
      },
    );
  };
  const retry = ({ id }: Generation) => {
    setProblem(null);
    again({ id, key: keyFor(`retry ${id}`) }, { onSuccess: started, onError: refused });
  };
  return { submit, retry, pending: sending || retrying, problem };
}
