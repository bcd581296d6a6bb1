/** Placeholders for the pictures, without animation, in the most common ratios. */
export function GridSkeleton() {
  return (
    <div aria-hidden className="grid grid-cols-2 gap-1.5 pt-13 tablet:grid-cols-4 tablet:gap-2">
      {Array.from({ length: 12 }, (_, index) => (
        <span key={index} className="aspect-3/2 rounded-pic bg-sunken" />
      ))}
    </div>
  );
}
