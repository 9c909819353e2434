/** How large a picture may be, wherever it comes from: a larger one is a damaged header or meant to harm. */

/** Of a side, px: 16K video. */
export const LONGEST_SIDE = 16_384;

/** Of a picture, px: 300 MB as RGB. */
export const MOST_PIXELS = 100e6;
