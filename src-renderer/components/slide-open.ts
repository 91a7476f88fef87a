/** How something unfolds in a column and folds up again. */
import { prefersReducedMotion } from 'svelte/motion';
import { slide, type TransitionConfig } from 'svelte/transition';

/**
 * Svelte's `slide`, whose content stays where it is: with `overflow: hidden`, a focus that moves into the half-open
 * element scrolls it, and while it grows on, the content moves back under the pointer, and a click is lost.
 * @param duration milliseconds; none for who wants less motion
 */
export function slideOpen(element: Element, { duration }: { readonly duration: number }): TransitionConfig {
  const sliding = slide(element, { duration: prefersReducedMotion.current ? 0 : duration });
  return {
    ...sliding,
    css: (t, u) => sliding.css?.(t, u).replace('overflow: hidden', 'overflow: clip') ?? '',
  };
}
