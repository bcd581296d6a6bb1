import { Link } from "@tanstack/react-router";

import type { components } from "@/api/schema";
import { personId } from "@/auth/session";
import { buttonStyle } from "@/components/ui/button";
import { keepApplied } from "@/lib/applied-settings";

type Recipe = components["schemas"]["RecipeView"];

interface ApplyButtonProps {
  title: string;
  recipe: Recipe;
  variant?: NonNullable<Parameters<typeof buttonStyle>[0]>["variant"];
}

/**
 * Opens Create with the settings of a picture, or says why it cannot. After a sign-in that is needed first, the
 * settings are still there.
 */
export function ApplyButton({ title, recipe, variant = "line" }: ApplyButtonProps) {
  if (recipe.problem !== null) return <p className="text-12 text-ink-2">{recipe.problem}</p>;
  return (
    <Link
      to="/dashboard/create"
      aria-label={`Apply settings of ${title}`}
      className={buttonStyle({ variant })}
      onClick={() => {
        const { preset_id: presetId, prompt, settings, seed } = recipe;
        keepApplied({ title, presetId, prompt, settings, seed }, personId());
      }}
    >
      Apply settings
    </Link>
  );
}
