import type { LucideProps } from '@lucide/svelte';
import type { Component } from 'svelte';

/** An icon of @lucide/svelte, e.g. `import Play from '@lucide/svelte/icons/play'`. */
export type Icon = Component<LucideProps>;

/** Line width of every icon in the window. */
export const ICON_STROKE = 1.5;
