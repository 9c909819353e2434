/** How the figures of all explanations are laid out: original left, map right, words above and below. Lengths in px. */

/** Longer side of a panel; small regions grow, so that the lettering suits them. */
export const panelSide = 560;
/** Width that the lettering needs above a narrow panel. */
export const leastColumn = 420;
export const margin = 28;
export const gap = 28;
export const header = 88;
export const footer = 84;

export const ink = '#1c1c1c';
export const pale = '#6b6b6b';
